"""Marks are events: nothing is overwritten, and what counts is the last that stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from autograder.gradebook import Collision, Gradebook, GradebookError
from autograder.gradebook.flags import flag, flags_of
from autograder.gradebook.marks import comments_of, current_mark, current_marks, marks_of, withdraw, write_mark
from autograder.gradebook.requests import answer, ask, open_requests, requests_of
from autograder.gradebook.scores import CriterionScore, scores_of
from tests.gradebook.made import attempt, graded


def test_the_last_mark_counts_and_undo_brings_back_the_one_before(book: Gradebook, tmp_path: Path) -> None:
    one = attempt(book, tmp_path)
    first = write_mark(book, one.id, "cell.style", author="tim", level=1, points=1.0)
    second = write_mark(book, one.id, "cell.style", author="ana", level=2, points=2.0, expected=first.id)
    assert current_marks(book, "lstm") == {(one.id, "cell.style"): second}
    withdraw(book, second.id, "ana")
    assert current_mark(book, one.id, "cell.style") == first
    withdraw(book, first.id, "tim")
    assert current_marks(book, "lstm") == {}
    assert [(mark.author, mark.withdraws) for mark in marks_of(book, one.id)] == [
        ("tim", None), ("ana", None), ("ana", second.id), ("tim", first.id),
    ]  # fmt: skip
    with pytest.raises(GradebookError, match="tim has withdrawn this mark already"):
        withdraw(book, first.id, "ana")


def test_two_marks_collide_and_the_second_is_not_written(book: Gradebook, tmp_path: Path) -> None:
    one = attempt(book, tmp_path)
    first = write_mark(book, one.id, "cell.style", author="tim", points=1.0)
    with pytest.raises(Collision, match="tim has marked this criterion") as collision:
        write_mark(book, one.id, "cell.style", author="ana", points=2.0)
    assert collision.value.theirs == first
    assert marks_of(book, one.id) == [first]


def test_a_moderated_mark_wins_over_later_ones(book: Gradebook, tmp_path: Path) -> None:
    one = attempt(book, tmp_path)
    moderated = write_mark(book, one.id, "cell.style", author="ivy", kind="moderated", points=1.5)
    later = write_mark(book, one.id, "cell.style", author="tim", points=0.5, expected=moderated.id)
    assert current_mark(book, one.id, "cell.style") == moderated
    withdraw(book, moderated.id, "ivy")
    assert current_mark(book, one.id, "cell.style") == later


def test_second_and_gold_marks_do_not_count_nor_collide(book: Gradebook, tmp_path: Path) -> None:
    one = attempt(book, tmp_path)
    first = write_mark(book, one.id, "cell.style", author="tim", points=1.0)
    blind = write_mark(book, one.id, "cell.style", author="ana", kind="second", points=2.0)
    write_mark(book, one.id, "cell.style", author="ivy", kind="gold", points=2.0)
    assert current_mark(book, one.id, "cell.style") == first
    with pytest.raises(Collision):
        write_mark(book, one.id, "cell.style", author="ana", kind="second", points=0.0)
    assert write_mark(book, one.id, "cell.style", author="ana", kind="second", points=0.0, expected=blind.id)


@pytest.mark.parametrize("points", [-1.0, float("nan"), float("inf")])
def test_points_that_are_none_are_refused(book: Gradebook, tmp_path: Path, points: float) -> None:
    one = attempt(book, tmp_path)
    with pytest.raises(GradebookError, match=r"cell\.style: .* are no points to give"):
        write_mark(book, one.id, "cell.style", author="tim", points=points)


def test_comments_come_back_most_used_first(book: Gradebook, tmp_path: Path) -> None:
    for sid, comment in (("s1", "Name the axes."), ("s2", "Say why."), ("s3", "Say why."), ("s4", "")):
        one = attempt(book, tmp_path, sid)
        write_mark(book, one.id, "cell.style", author="tim", comment=comment)
    assert comments_of(book, "lstm", "cell.style") == ["Say why.", "Name the axes."]
    assert comments_of(book, "lstm", "cell.values") == comments_of(book, "gru") == []


def test_the_score_is_made_of_tests_overrides_and_marks(book: Gradebook, tmp_path: Path) -> None:
    one = attempt(book, tmp_path)
    graded(book, one)
    (score,) = scores_of(book, "lstm")
    assert (score.score, score.max_score, score.pending, score.status) == (4.0, 10.0, 6.0, "graded")
    write_mark(book, one.id, "cell.style", author="tim", points=1.5)
    write_mark(book, one.id, "cell.speed", author="tim", kind="override", points=3.0)
    (score,) = scores_of(book, "lstm")
    assert (score.score, score.pending) == (8.5, 0.0)
    assert score.criteria == (
        CriterionScore("cell.values", 4.0, 4.0, "tests"),
        CriterionScore("cell.speed", 4.0, 3.0, "override"),
        CriterionScore("cell.style", 2.0, 1.5, "mark"),
    )


def test_an_override_survives_a_regrade(book: Gradebook, tmp_path: Path) -> None:
    one = attempt(book, tmp_path)
    graded(book, one)
    write_mark(book, one.id, "cell.speed", author="tim", kind="override", points=3.0)
    graded(book, one, rules="b" * 64)
    (score,) = scores_of(book, "lstm")
    assert score.criteria[1] == CriterionScore("cell.speed", 4.0, 3.0, "override")


def test_a_flag_goes_up_and_down(book: Gradebook, tmp_path: Path) -> None:
    one = attempt(book, tmp_path)
    flag(book, one.id, "cell.style", True, "Ask Ivy", "tim")
    (up,) = flags_of(book, "lstm").values()
    assert (up.note, up.author) == ("Ask Ivy", "tim")
    flag(book, one.id, "cell.style", False, "", "ivy")
    assert flags_of(book, "lstm") == {}


def test_a_request_is_answered_once(book: Gradebook, tmp_path: Path) -> None:
    one = attempt(book, tmp_path)
    number = ask(book, one.id, "cell.style", "I do name them.", "s1")
    assert [(request.id, request.text) for request in open_requests(book, "lstm")] == [(number, "I do name them.")]
    answer(book, number, "So you do.", "changed", "tim")
    assert open_requests(book) == []
    (request,) = requests_of(book, attempt_id=one.id)
    assert request.answer is not None
    assert (request.answer.text, request.answer.decision) == ("So you do.", "changed")
    with pytest.raises(GradebookError, match="tim has answered this request already"):
        answer(book, number, "No.", "kept", "ana")


def test_current_marks_are_found_by_their_index(sqlite_book: Gradebook) -> None:
    """Without it every mark is compared with every other: half a minute in a class of a thousand."""
    asked = (
        "EXPLAIN QUERY PLAN SELECT mark.* FROM current_marks mark "
        "JOIN attempts ON attempts.id = mark.attempt_id WHERE attempts.assignment = 'lstm'"
    )
    with sqlite_book.read() as connection:
        plan = [row.detail for row in connection.execute(text(asked))]
    assert "SEARCH best USING INDEX ix_marks_attempt_id (attempt_id=? AND criterion=?)" in plan
    assert not [step for step in plan if step.startswith("SCAN")]
