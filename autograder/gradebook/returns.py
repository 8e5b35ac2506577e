"""Feedback that students were given, by the hash of the page."""

from __future__ import annotations

from sqlalchemy import insert, select

from autograder.gradebook.book import Gradebook
from autograder.gradebook.clock import now
from autograder.gradebook.rows import selected
from autograder.gradebook.tables import attempts, returned


def note_return(book: Gradebook, attempt_id: int, sha256: str, author: str) -> None:
    """Note that the page with this hash was given to the student."""
    with book.write() as connection:
        values = {"attempt_id": attempt_id, "sha256": sha256, "at": now(), "author": author}
        connection.execute(insert(returned).values(**values))


def returned_of(book: Gradebook, assignment: str) -> dict[int, str]:
    """Attempt → hash of the page that was given last."""
    chosen = (
        select(returned.c.attempt_id, returned.c.sha256)
        .join(attempts, attempts.c.id == returned.c.attempt_id)
        .where(attempts.c.assignment == assignment)
        .order_by(returned.c.id)
    )
    return {row.attempt_id: row.sha256 for row in selected(book, chosen)}
