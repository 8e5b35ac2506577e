"""Second marks, gold answers and a moderator: what counts for the student, and what stays."""

from __future__ import annotations

import random
from dataclasses import fields
from pathlib import Path

import pytest
from sqlalchemy import event, inspect

from autograder.gradebook import Gradebook, GradebookError, open_gradebook, opening
from autograder.gradebook.marks import Mark, comments_of, current_mark, marks_of, withdraw, write_mark
from autograder.gradebook.moderation import SomethingNew, last_event, moderate, reasons_of
from autograder.gradebook.salts import salt_of
from autograder.gradebook.scores import scores_of
from autograder.gradebook.standing import counted, events_at, judgements, marked_blind, standing
from autograder.gradebook.tables import marks
from tests.gradebook.made import attempt, graded

STYLE = "cell.style"


def decided(book: Gradebook, attempt_id: int, points: float, seen: int | None = None, reason: str = "Fig. 2.") -> Mark:
    newest = last_event(book, attempt_id, STYLE) if seen is None else seen
    return moderate(book, attempt_id, STYLE, author="ivy", reason=reason, seen=newest, points=points)


def test_only_the_first_and_the_moderated_mark_count_for_the_student(book: Gradebook, tmp_path: Path) -> None:
    one = attempt(book, tmp_path)
    graded(book, one)

    def earned() -> tuple[float, float]:
        (score,) = scores_of(book, "lstm")
        return score.criteria[2].score, score.pending

    write_mark(book, one.id, STYLE, author="ivy", kind="gold", points=2.0)
    write_mark(book, one.id, STYLE, author="ana", kind="second", points=2.0)
    assert earned() == (0.0, 6.0), "nobody has marked it for the student yet"
    write_mark(book, one.id, STYLE, author="tim", points=0.5)
    assert earned() == (0.5, 4.0)
    mark = decided(book, one.id, 1.5)
    assert earned() == (1.5, 4.0)
    assert [m.kind for m in marks_of(book, one.id)] == ["gold", "second", "mark", "moderated"], "all of them stay"
    withdraw(book, mark.id, "ivy")
    assert earned() == (0.5, 4.0)


def test_a_decision_has_its_reason(book: Gradebook, tmp_path: Path) -> None:
    one = attempt(book, tmp_path)
    with pytest.raises(GradebookError, match="Say why"):
        decided(book, one.id, 1.0, reason=" \n")
    with pytest.raises(GradebookError, match="are no points to give"):
        decided(book, one.id, float("nan"))
    assert marks_of(book, one.id) == []
    mark = decided(book, one.id, 1.0)
    assert reasons_of(book, "lstm") == {mark.id: "Fig. 2."}
    assert reasons_of(book, "gru") == {}


def test_who_decides_has_seen_every_mark(book: Gradebook, tmp_path: Path) -> None:
    one = attempt(book, tmp_path)
    first = write_mark(book, one.id, STYLE, author="tim", points=0.0)
    write_mark(book, one.id, STYLE, author="ana", kind="second", points=2.0)
    with pytest.raises(SomethingNew, match="meanwhile"):
        decided(book, one.id, 2.0, seen=first.id)
    assert current_mark(book, one.id, STYLE) == first


def test_what_explains_a_gold_answer_is_no_comment_to_reuse(book: Gradebook, tmp_path: Path) -> None:
    one = attempt(book, tmp_path)
    write_mark(book, one.id, STYLE, author="ivy", kind="gold", points=2.0, comment="It names the axis.")
    write_mark(book, one.id, STYLE, author="ana", kind="second", points=2.0, comment="Fine.")
    assert comments_of(book, "lstm", STYLE) == ["Fine."]


def test_where_somebody_marked_blind(book: Gradebook, tmp_path: Path) -> None:
    one, other = attempt(book, tmp_path), attempt(book, tmp_path, "s2")
    elsewhere = attempt(book, tmp_path, "s3", assignment="gru")
    for place in (one, other, elsewhere):
        write_mark(book, place.id, STYLE, author="tim", points=1.0)
    blind = write_mark(book, one.id, STYLE, author="ana", kind="second", points=2.0)
    write_mark(book, one.id, STYLE, author="ivy", kind="gold", points=2.0)
    write_mark(book, elsewhere.id, STYLE, author="ana", kind="second", points=2.0)
    assert marked_blind(book, "lstm") == {(one.id, STYLE): {"second", "gold"}}
    withdraw(book, blind.id, "ana")
    assert marked_blind(book, "lstm") == {(one.id, STYLE): {"gold"}}


def test_judgements_are_of_people_who_did_not_know_of_each_other(book: Gradebook, tmp_path: Path) -> None:
    one = attempt(book, tmp_path)
    first = write_mark(book, one.id, STYLE, author="tim", points=0.0)
    slip = write_mark(book, one.id, STYLE, author="ana", kind="second", points=2.0)
    second = write_mark(book, one.id, STYLE, author="ana", kind="second", points=1.0, expected=slip.id)
    gold = write_mark(book, one.id, STYLE, author="ivy", kind="gold", points=2.0)
    decided(book, one.id, 2.0)
    stand = standing(events_at(book, {STYLE: {one.id}, "cell.speed": set()})[one.id, STYLE])
    assert judgements(stand) == [first, second, gold]


def test_what_counts_is_what_the_view_says(book: Gradebook, tmp_path: Path) -> None:
    """Random histories of marks and withdrawals, by the view in SQL and by the rule in Python."""
    chance = random.Random(5)
    seen = set()
    for n in range(30):
        one = attempt(book, tmp_path, f"s{n}")
        for _ in range(chance.randrange(1, 7)):
            events = marks_of(book, one.id)
            if events and chance.random() < 0.3 and (stand := standing(events)):
                withdraw(book, chance.choice(stand).id, "x")
                continue
            kind, author = chance.choice(["mark", "override", "second", "gold", "moderated"]), chance.choice("ab")
            own = [m for m in standing(events) if m.kind == kind and m.author == author]
            now = current_mark(book, one.id, STYLE) if kind not in ("second", "gold") else next(reversed(own), None)
            write_mark(book, one.id, STYLE, author=author, kind=kind, points=1.0, expected=now.id if now else None)  # type: ignore[arg-type]
        found = counted(standing(marks_of(book, one.id)))
        assert found == current_mark(book, one.id, STYLE)
        seen.add(found.kind if found else None)
    assert seen >= {None, "mark", "moderated"}, "the histories are of every sort"


def test_where_somebody_marked_blind_is_found_by_its_index(sqlite_book: Gradebook) -> None:
    """Few marks are: whoever looks at all of them to find these waits at every page."""
    asked: list[str] = []
    event.listen(sqlite_book.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    marked_blind(sqlite_book, "lstm")
    (statement,) = [one for one in asked if one.startswith("SELECT")]
    with sqlite_book.read() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", ("lstm",))]
    assert not [step for step in plan if "marks" in step and "INDEX" not in step]
    assert [step for step in plan if "ix_marks_blind" in step]


def test_fields_stand_in_the_order_of_the_columns() -> None:
    assert [one.name for one in fields(Mark)] == [column.name for column in marks.columns]


def test_a_salt_is_drawn_once_for_each_assignment_and_each_gradebook(book: Gradebook, tmp_path: Path) -> None:
    salt = salt_of(book, "lstm")
    assert len(salt) == 64
    assert salt_of(book, "lstm") == salt
    with open_gradebook(tmp_path / "another.db") as other:
        assert len({salt, salt_of(book, "gru"), salt_of(other, "lstm")}) == 3


def test_a_gradebook_of_the_first_version_is_brought_up_to_date(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import command

    upgrade = command.upgrade
    with monkeypatch.context() as patch:
        patch.setattr(command, "upgrade", lambda config, _: upgrade(config, "0001"))
        patch.setattr(opening, "REVISIONS", ("0001",))
        with open_gradebook(place) as old:
            assert "salts" not in inspect(old.engine).get_table_names()
    with open_gradebook(place) as book:
        one = attempt(book, tmp_path)
        assert reasons_of(book, "lstm") == {}
        assert decided(book, one.id, 1.0).kind == "moderated"
