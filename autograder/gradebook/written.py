"""What people wrote about each other's work: comments, requests and answers, notes, reasons. Words that may name somebody."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, ColumnElement, Connection, func, select, true, update

from autograder.gradebook.tables import answers, attempts, conflicts, flags, marks, moderations, requests, set_asides


def count_words(connection: Connection, assignment: str | None) -> int:
    """How many there are, for an assignment or, with None, in the course."""
    return sum(
        connection.execute(select(func.count()).where(column != "", of)).scalar_one()
        for column, of in _written(assignment)
    )


def remove_words(connection: Connection, assignment: str | None) -> None:
    """Empty them. Who decided what, and when, stays."""
    for column, of in _written(assignment):
        connection.execute(update(column.table).where(column != "", of).values({column.name: ""}))


def _written(assignment: str | None) -> Iterator[tuple[Column[str], ColumnElement[bool]]]:
    """Each column, and which of its rows are of the assignment. Conflicts are the course's."""
    if assignment is None:
        for column in (marks.c.comment, requests.c.text, flags.c.note, set_asides.c.reason, moderations.c.reason):
            yield column, true()
        yield answers.c.text, true()
        yield conflicts.c.reason, true()
        return
    own = select(attempts.c.id).where(attempts.c.assignment == assignment)
    for column in (marks.c.comment, requests.c.text, flags.c.note, set_asides.c.reason):
        yield column, column.table.c.attempt_id.in_(own)
    yield moderations.c.reason, moderations.c.mark_id.in_(select(marks.c.id).where(marks.c.attempt_id.in_(own)))
    yield answers.c.text, answers.c.request_id.in_(select(requests.c.id).where(requests.c.attempt_id.in_(own)))
