"""A visit: many reads in one transaction, which see one state, until the visitor writes."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from autograder.gradebook import Gradebook, GradebookError, open_gradebook
from autograder.gradebook.flags import flag, flags_of
from autograder.gradebook.marks import current_mark, marks_of, write_mark
from autograder.gradebook.memory import last_events, remembered
from autograder.gradebook.purge import purge
from autograder.gradebook.requests import answer, ask, open_requests, requests_of
from autograder.gradebook.staff import add_staff, conflict, conflicts_of, staff_of
from autograder.gradebook.tables import flags, staff
from tests.gradebook.made import attempt


@pytest.fixture
def begun(book: Gradebook) -> list[str]:
    """What was begun: an entry a transaction."""
    found: list[str] = []
    event.listen(book.engine, "begin", lambda connection: found.append("begin"))
    return found


def elsewhere(call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """As though in another request."""
    return contextvars.Context().run(call, *arguments, **named)


def test_many_reads_are_one_transaction(book: Gradebook, begun: list[str]) -> None:
    with book.visit():
        for _ in range(3):
            assert staff_of(book) == {}
            assert current_mark(book, 1, "cell.style") is None
    assert begun == ["begin"]
    staff_of(book)
    assert begun == ["begin", "begin"], "outside of visits each is its own"


def test_a_visit_sees_one_state_and_the_next_one_what_came(book: Gradebook) -> None:
    with book.visit():
        assert staff_of(book) == {}
        elsewhere(add_staff, book, "ann", "ta")
        assert elsewhere(staff_of, book) == {"ann": "ta"}
        assert staff_of(book) == {}
    with book.visit():
        assert staff_of(book) == {"ann": "ta"}


def test_who_writes_sees_it(book: Gradebook, tmp_path: Path) -> None:
    """Also in what was asked before, which is kept only until then; and what others wrote meanwhile."""
    one = attempt(book, tmp_path)
    with book.visit():
        assert (conflicts_of(book, "ann"), marks_of(book, one.id)) == (set(), [])
        elsewhere(add_staff, book, "ben", "ta")
        mark = write_mark(book, one.id, "cell.style", author="ann", points=2.0)
        assert marks_of(book, one.id) == [mark]
        assert current_mark(book, one.id, "cell.style") == mark
        conflict(book, "ann", one.student_id)
        assert conflicts_of(book, "ann") == {one.student_id}
        assert staff_of(book) == {"ben": "ta"}


def test_the_same_question_is_asked_once(book: Gradebook) -> None:
    asked: list[str] = []
    event.listen(book.engine, "before_cursor_execute", lambda c, cursor, statement, *rest: asked.append(statement))
    with book.visit():
        first = conflicts_of(book, "ann")
        first.add(7)  # whoever changes what they got changes nobody else's
        assert conflicts_of(book, "ann") == set()
        assert conflicts_of(book, "ben") == set()
    assert sum("current_conflicts" in one for one in asked) == 2, "once for each of them"


def test_after_an_error_the_visit_goes_on(book: Gradebook) -> None:
    with book.visit():
        staff_of(book)
        with pytest.raises(Exception, match="no_such_table"), book.read() as connection:
            connection.execute(text("SELECT * FROM no_such_table"))
        assert staff_of(book) == {}
        with pytest.raises(GradebookError):
            write_mark(book, 99, "cell.style", author="ann", points=1.0)
        assert staff_of(book) == {}


def test_what_outlives_a_visit_reads_as_everybody_does(book: Gradebook) -> None:
    with book.visit():
        staff_of(book)
        later = contextvars.copy_context()
    add_staff(book, "ann", "ta")
    assert later.run(staff_of, book) == {"ann": "ta"}
    assert later.run(lambda: book.answers) is None


def test_a_visit_is_to_one_gradebook(book: Gradebook, tmp_path: Path) -> None:
    with open_gradebook(tmp_path / "another.db") as other, book.visit():
        assert staff_of(book) == staff_of(other) == {}
        add_staff(other, "ann", "ta")
        assert (staff_of(book), staff_of(other)) == ({}, {"ann": "ta"})


def test_every_connection_goes_back(book: Gradebook) -> None:
    for _ in range(90):  # more than the pool has
        with book.visit():
            staff_of(book)
            add_staff(book, "ann", "ta")
            staff_of(book)
    assert book.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


# ── what is remembered from one visit to the next ────────────────────────────────────────────────────────────────────


def test_what_hangs_on_other_tables_is_not_asked_again(book: Gradebook, tmp_path: Path) -> None:
    asked: list[str] = []

    def ask() -> int:
        asked.append("asked")
        return len(asked)

    one = attempt(book, tmp_path)
    assert remembered(book, "it", (staff, flags), ask) == 1
    write_mark(book, one.id, "cell.style", author="ann", points=2.0)
    assert remembered(book, "it", (staff, flags), ask) == 1
    assert remembered(book, "something else", (staff, flags), ask) == 2
    flag(book, one.id, "cell.style", True, "", "ann")
    assert remembered(book, "it", (staff, flags), ask) == 3
    purge(book, "lstm")
    assert remembered(book, "it", (staff, flags), ask) == 4


def test_every_event_that_somebody_may_ask_about_is_seen_at_once(book: Gradebook, place: str, tmp_path: Path) -> None:
    """By this process, and by another one that has the same gradebook open."""
    one = attempt(book, tmp_path)
    with open_gradebook(place) as other:
        for here in (book, other):
            for number, name in enumerate(("ann", "ben")):
                add_staff(here, name, "ta" if number else "instructor")
                conflict(here, name, one.student_id, excluded=here is book)
                flag(here, one.id, "cell.style", here is book, "", name)
            number = ask(here, one.id, "cell.style", "Why?", "s1")
            for reader in (book, other):
                assert staff_of(reader) == {"ann": "instructor", "ben": "ta"}
                assert conflicts_of(reader, "ann") == ({one.student_id} if here is book else set())
                assert list(flags_of(reader, "lstm")) == ([(one.id, "cell.style")] if here is book else [])
                assert [open.id for open in open_requests(reader, "lstm")] == [number]
                assert open_requests(reader, "resnet") == requests_of(reader, "lstm", one.id + 1) == []
            answer(here, number, "So.", "kept", "ann")
            assert open_requests(book) == open_requests(other, "lstm") == []


def test_all_tables_have_their_last_number(book: Gradebook, tmp_path: Path) -> None:
    assert set(last_events(book).values()) == {None}
    one = attempt(book, tmp_path)
    mark = write_mark(book, one.id, "cell.style", author="ann", points=2.0)
    assert {name: last for name, last in last_events(book).items() if last} == {"attempts": one.id, "marks": mark.id}
