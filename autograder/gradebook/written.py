"""What people wrote about each other's work: comments, requests and answers, notes, reasons. Words that may name somebody."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, ColumnElement, Connection, func, select, update

from autograder.gradebook.tables import answers, attempts, conflicts, flags, marks, moderations, requests, set_asides

_OF_ATTEMPTS = (marks.c.comment, requests.c.text, flags.c.note, set_asides.c.reason)
WRITTEN = (*_OF_ATTEMPTS, moderations.c.reason, answers.c.text, conflicts.c.reason)
"""The columns that hold them."""


def count_words(connection: Connection, assignment: str | None) -> int:
    """How many there are, for an assignment or, with None, in the course."""
    return sum(
        connection.execute(select(func.count()).where(column != "", *here)).scalar_one()
        for column, here in _written(assignment)
    )


def remove_words(connection: Connection, assignment: str | None) -> None:
    """Empty them. Who decided what, and when, stays."""
    for column, here in _written(assignment):
        connection.execute(update(column.table).where(column != "", *here).values({column.name: ""}))


def _written(assignment: str | None) -> Iterator[tuple[Column[str], list[ColumnElement[bool]]]]:
    """Each column, and which of its rows are of the assignment. Conflicts are the course's."""
    if assignment is None:
        yield from ((column, []) for column in WRITTEN)
        return
    own = select(attempts.c.id).where(attempts.c.assignment == assignment)
    for column in _OF_ATTEMPTS:
        yield column, [column.table.c.attempt_id.in_(own)]
    yield moderations.c.reason, [moderations.c.mark_id.in_(select(marks.c.id).where(marks.c.attempt_id.in_(own)))]
    yield answers.c.text, [answers.c.request_id.in_(select(requests.c.id).where(requests.c.attempt_id.in_(own)))]
