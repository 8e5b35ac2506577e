"""A regrade: who would move and by how much, and what of it counts."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from autograder.batches.grading import Queue
from autograder.batches.regrade import Move, attempts_to_regrade, carry_out, moves_of
from autograder.course.models import LoadedAssignment
from autograder.gradebook import Gradebook, GradebookError
from autograder.gradebook.attempts import counting_attempts
from autograder.gradebook.marks import write_mark
from autograder.gradebook.results import result_of
from autograder.gradebook.tables import gradings
from tests.batches.made import SEED, Scripted, graded, received, result

BEFORE = {"ada": {"standardise_values": "FAIL"}, "bea": {}, "cy": {}}
AFTER = {"ada": {}, "bea": {"affine_values": "FAIL"}, "cy": {}}


@pytest.fixture
def later(book: Gradebook, scale: LoadedAssignment, tmp_path: Path) -> Queue:
    """A class that was graded, and again after a change: ada would win 30, bea lose 20, cy stays."""
    received(book, tmp_path / "in", *BEFORE)
    graded(Queue(book, scale, SEED), Scripted(lambda order: result(scale, **BEFORE[order.data.decode()])))
    hidden = scale.paths.hidden_tests / "test_affine.py"
    hidden.write_text(hidden.read_text() + "\n# changed\n")
    queue = Queue(book, scale, SEED)
    queue.fill(attempts_to_regrade(book, "scale"))
    list(queue.grade(Scripted(lambda order: result(scale, **AFTER[order.data.decode()]))))
    return queue


def moves(queue: Queue) -> list[Move]:
    return list(moves_of(queue, attempts_to_regrade(queue.book, "scale")))


def scores(book: Gradebook) -> list[float]:
    found = [result_of(book, attempt.id) for attempt in counting_attempts(book, "scale")]
    return [one.score for one in found if one is not None]


def test_a_preview_says_who_would_move_and_changes_nothing(book: Gradebook, later: Queue) -> None:
    found = moves(later)
    assert [(move.before, move.after, move.by) for move in found] == [(50, 80, 30), (80, 60, -20), (80, 80, 0)]
    names = [attempt.pseudonym for attempt in counting_attempts(book, "scale")]
    assert [move.pseudonym for move in found] == names
    (change,) = found[0].changes
    assert (change.criterion, change.before, change.after, change.points) == ("standardise.values", "FAIL", "PASS", 30)
    assert found[2].changes == ()
    assert scores(book) == [50, 80, 80]


def test_replace_adopts_what_is_lower_too(book: Gradebook, later: Queue) -> None:
    taken = carry_out(book, moves(later), policy="replace", reason="The test was wrong.", author="grace")
    assert len(taken) == 3
    assert scores(book) == [80, 60, 80]
    assert moves(later) == []


def test_never_lower_keeps_the_old_result_and_the_reason_all_the_same(book: Gradebook, later: Queue) -> None:
    taken = carry_out(book, moves(later), policy="never-lower", reason="The test was wrong.", author="grace")
    assert [move.by for move in taken] == [30, 0]
    assert scores(book) == [80, 80, 80]
    for _ in range(2):  # again: nothing is told twice
        carry_out(book, moves(later), policy="never-lower", reason="The test was wrong.", author="grace")
    with book.read() as connection:
        events = connection.execute(select(gradings).order_by(gradings.c.id)).all()
    said = {(event.attempt_id, event.policy, event.reason, event.author) for event in events[3:]}
    assert len(events) == 6
    assert said == {(number, "never-lower", "The test was wrong.", "grace") for number in (1, 2, 3)}


def test_what_staff_decided_stays(book: Gradebook, scale: LoadedAssignment, later: Queue) -> None:
    """An override of the criterion that changes, and a mark of a TA's."""
    ada = counting_attempts(book, "scale")[0]
    write_mark(book, ada.id, "standardise.values", author="grace", kind="override", points=25.0)
    write_mark(book, ada.id, "why.reason", author="grace", points=10.0)
    first = moves(later)[0]
    assert (first.before, first.after) == (85, 85)


def test_only_some_students(book: Gradebook, later: Queue) -> None:
    bea = counting_attempts(book, "scale")[1]
    assert attempts_to_regrade(book, "scale", ["bea"]) == [bea]
    assert attempts_to_regrade(book, "scale", [bea.pseudonym, "bea"]) == [bea]
    with pytest.raises(
        GradebookError, match=r'^"nobody" has no graded attempt of scale in .*Give a sid or a pseudonym'
    ):
        attempts_to_regrade(book, "scale", ["nobody"])


def test_a_criterion_that_is_new_or_gone_is_told(book: Gradebook, scale: LoadedAssignment, tmp_path: Path) -> None:
    received(book, tmp_path / "in", "ada")
    full = result(scale)
    short = full.model_copy(update={"criteria": full.criteria[1:]})
    graded(Queue(book, scale, SEED), Scripted(lambda order: short))
    queue = Queue(book, scale, SEED + 1)
    queue.fill(counting_attempts(book, "scale"))
    list(queue.grade(Scripted(lambda order: full)))
    (move,) = moves(queue)
    (change,) = move.changes
    assert (change.criterion, change.before, change.after, move.by) == ("standardise.values", "-", "PASS", 30)
