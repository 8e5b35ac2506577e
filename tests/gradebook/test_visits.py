"""A visit: many reads in one transaction, which see one state, until the visitor writes."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from autograder.gradebook import Gradebook, GradebookError, open_gradebook
from autograder.gradebook.marks import current_mark, last_mark, write_mark
from autograder.gradebook.staff import add_staff, conflict, conflicts_of, staff_of
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
        assert (conflicts_of(book, "ann"), last_mark(book)) == (set(), 0)
        elsewhere(add_staff, book, "ben", "ta")
        mark = write_mark(book, one.id, "cell.style", author="ann", points=2.0)
        assert last_mark(book) == mark.id
        assert current_mark(book, one.id, "cell.style") == mark
        conflict(book, "ann", one.student_id)
        assert conflicts_of(book, "ann") == {one.student_id}
        assert staff_of(book) == {"ben": "ta"}


def test_the_same_question_is_asked_once(book: Gradebook, monkeypatch: pytest.MonkeyPatch) -> None:
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
