"""Something somebody wants to come back to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from autograder.gradebook.book import Gradebook
from autograder.gradebook.clock import now
from autograder.gradebook.memory import remembered
from autograder.gradebook.rows import selected
from autograder.gradebook.tables import attempts, flags
from autograder.gradebook.views import raised_flags


@dataclass(frozen=True)
class Flag:
    """A flag that is up."""

    id: int
    attempt_id: int
    criterion: str
    note: str
    at: datetime
    author: str


def flag(book: Gradebook, attempt_id: int, criterion: str, raised: bool, note: str, author: str) -> None:
    """Raise a flag, or take it down."""
    values = {"attempt_id": attempt_id, "criterion": criterion, "raised": raised, "note": note}
    with book.write() as connection:
        connection.execute(insert(flags).values(**values, at=now(), author=author))


def flags_of(book: Gradebook, assignment: str) -> dict[tuple[int, str], Flag]:
    """(attempt, criterion) → the flag that is up there."""
    chosen = (
        select(raised_flags)
        .join(attempts, attempts.c.id == raised_flags.c.attempt_id)
        .where(attempts.c.assignment == assignment)
        .order_by(raised_flags.c.id)
    )

    def ask() -> dict[tuple[int, str], Flag]:
        return {
            (row.attempt_id, row.criterion): Flag(row.id, row.attempt_id, row.criterion, row.note, row.at, row.author)
            for row in selected(book, chosen)
        }

    return dict(remembered(book, ("flags", assignment), (flags,), ask))
