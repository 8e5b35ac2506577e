"""A moderator decides where marks differ: one more mark, which counts from then on, and why. The others stay."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, insert, select

from autograder.gradebook.attempts import attempt_of
from autograder.gradebook.book import Gradebook
from autograder.gradebook.clock import now
from autograder.gradebook.errors import GradebookError
from autograder.gradebook.marks import Mark, append
from autograder.gradebook.rows import selected
from autograder.gradebook.tables import attempts, marks, moderations


class SomethingNew(GradebookError):
    """Somebody has written or withdrawn a mark that the moderator did not see; nothing was written."""


def moderate(
    book: Gradebook,
    attempt_id: int,
    criterion: str,
    *,
    author: str,
    reason: str,
    seen: int,
    points: float,
    level: int | None = None,
    comment: str = "",
    rubric_sha256: str = "",
    seconds: float = 0.0,
) -> Mark:
    """Append a `moderated` mark with its reason, both or nothing. `seen` is the last event that the moderator saw (`last_event`).

    Raises SomethingNew when there is a newer one, GradebookError without a reason or for points below 0.
    """
    if not reason.strip():
        raise GradebookError("Say why: those who marked it read the reason.")
    if not 0 <= points < float("inf"):
        raise GradebookError(f"{criterion}: {points} are no points to give. Give 0 or more.")
    attempt_of(book, attempt_id)
    values = {
        "attempt_id": attempt_id, "criterion": criterion, "kind": "moderated", "level": level, "points": points,
        "comment": comment, "rubric_sha256": rubric_sha256, "seconds": seconds, "author": author,
    }  # fmt: skip
    with book.write() as connection:
        if (connection.execute(_last(attempt_id, criterion)).scalar() or 0) != seen:
            raise SomethingNew("Somebody marked this meanwhile, so nothing was written. Look at all marks, then decide.")
        mark = append(connection, values)
        why = {"mark_id": mark.id, "reason": reason.strip(), "at": now(), "author": author}
        connection.execute(insert(moderations).values(**why))
    return mark


def last_event(book: Gradebook, attempt_id: int, criterion: str) -> int:
    """The id of the last event about a criterion of an attempt; 0 where there is none."""
    with book.read() as connection:
        return int(connection.execute(_last(attempt_id, criterion)).scalar() or 0)


def reasons_of(book: Gradebook, assignment: str) -> dict[int, str]:
    """Id of a moderated mark → its reason."""
    chosen = (
        select(moderations.c.mark_id, moderations.c.reason)
        .join(marks, marks.c.id == moderations.c.mark_id)
        .join(attempts, attempts.c.id == marks.c.attempt_id)
        .where(attempts.c.assignment == assignment)
    )
    return {row.mark_id: row.reason for row in selected(book, chosen)}


def _last(attempt_id: int, criterion: str) -> Select[Any]:
    return select(func.max(marks.c.id)).where(marks.c.attempt_id == attempt_id, marks.c.criterion == criterion)
