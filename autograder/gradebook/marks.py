"""Decisions of staff about criteria: appended, withdrawn by a later event, never changed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Select, func, insert, select

from autograder.gradebook.book import Gradebook
from autograder.gradebook.clock import now
from autograder.gradebook.errors import GradebookError
from autograder.gradebook.rows import inserted, selected
from autograder.gradebook.tables import attempts, marks, shared_patches
from autograder.gradebook.views import current_marks as counting_marks

Kind = Literal["mark", "override", "second", "gold", "moderated"]
COUNTED = ("mark", "override", "moderated")
"""Of these the last one counts, and `moderated` before all others. `second` and `gold` only measure agreement."""


@dataclass(frozen=True)
class Mark:
    """One decision, or with `withdraws` the withdrawal of one."""

    id: int
    attempt_id: int
    criterion: str
    kind: Kind
    level: int | None
    points: float | None
    comment: str
    rubric_sha256: str
    seconds: float
    """How long the decision took."""
    position: int | None
    """How many submissions its author had marked before, in this session: for drift."""
    patch: str | None
    """A change of the student's code that was tried out."""
    withdraws: int | None
    at: datetime
    author: str


class Collision(GradebookError):
    """Somebody else marked the same criterion of the same attempt in the meantime; nothing was written."""

    def __init__(self, theirs: Mark | None) -> None:
        who = f"{theirs.author} has marked" if theirs else "Somebody has withdrawn the mark of"
        super().__init__(f"{who} this criterion in the meantime. Look at both, then mark again.")
        self.theirs = theirs
        """The mark that counts now; None where there is none any more."""


def write_mark(
    book: Gradebook,
    attempt_id: int,
    criterion: str,
    *,
    author: str,
    kind: Kind = "mark",
    level: int | None = None,
    points: float | None = None,
    comment: str = "",
    rubric_sha256: str = "",
    seconds: float = 0.0,
    position: int | None = None,
    patch: str | None = None,
    share_patch: bool = False,
    expected: int | None = None,
) -> Mark:
    """Append a decision. Raises Collision when the mark that counts now is not `expected` (None: there was none).

    For `second` and `gold` that is the author's own last one of the kind: they do not see each other's. With `share_patch`
    the student reads the patch, too.
    """
    if points is not None and not (math.isfinite(points) and points >= 0):
        raise GradebookError(f"{criterion}: {points} are no points to give. Give 0 or more.")
    values = {
        "attempt_id": attempt_id, "criterion": criterion, "kind": kind, "level": level, "points": points,
        "comment": comment, "rubric_sha256": rubric_sha256, "seconds": seconds, "position": position, "patch": patch,
        "author": author,
    }  # fmt: skip
    with book.write() as connection:
        theirs = _standing(connection, attempt_id, criterion, kind, author)
        if (theirs.id if theirs else None) != expected:
            raise Collision(theirs)
        mark = append(connection, values)
        if patch and share_patch:
            connection.execute(insert(shared_patches).values(mark_id=mark.id, at=now(), author=author))
        return mark


def withdraw(book: Gradebook, mark_id: int, author: str) -> Mark:
    """Take a decision back: the withdrawal, which is an event of its own. What counted before it counts again."""
    with book.write() as connection:
        mark = _by_id(connection, mark_id)
        if mark is None or mark.withdraws is not None:
            raise GradebookError(f"There is no mark number {mark_id} in {book.place}.")
        earlier = marks_in(connection, select(marks).where(marks.c.withdraws == mark_id))
        if earlier:
            raise GradebookError(f"{earlier[0].author} has withdrawn this mark already. There is nothing to undo.")
        same = {"attempt_id": mark.attempt_id, "criterion": mark.criterion, "kind": mark.kind}
        values = {**same, "comment": "", "rubric_sha256": mark.rubric_sha256, "seconds": 0.0, "withdraws": mark_id}
        return append(connection, {**values, "author": author})


def marks_of(book: Gradebook, attempt_id: int, criterion: str | None = None) -> list[Mark]:
    """Every event about an attempt, oldest first: withdrawn marks and withdrawals too."""
    chosen = select(marks).where(marks.c.attempt_id == attempt_id).order_by(marks.c.id)
    if criterion is not None:
        chosen = chosen.where(marks.c.criterion == criterion)
    return [_mark(row) for row in selected(book, chosen, once=("marks", attempt_id, criterion))]


def current_marks(book: Gradebook, assignment: str) -> dict[tuple[int, str], Mark]:
    """(attempt, criterion) → the mark that counts."""
    chosen = (
        select(counting_marks)
        .join(attempts, attempts.c.id == counting_marks.c.attempt_id)
        .where(attempts.c.assignment == assignment)
    )
    with book.read() as connection:
        return {(mark.attempt_id, mark.criterion): mark for mark in marks_in(connection, chosen)}


def current_mark(book: Gradebook, attempt_id: int, criterion: str) -> Mark | None:
    """The mark that counts for one criterion of one attempt."""
    with book.read() as connection:
        return _counting(connection, attempt_id, criterion)


def shared_patches_of(book: Gradebook, assignment: str) -> set[int]:
    """The ids of the marks of an assignment whose patch the students may read."""
    chosen = select(shared_patches.c.mark_id).join(marks, marks.c.id == shared_patches.c.mark_id)
    chosen = chosen.join(attempts, attempts.c.id == marks.c.attempt_id).where(attempts.c.assignment == assignment)
    return {row.mark_id for row in selected(book, chosen)}


def comments_of(book: Gradebook, assignment: str, criterion: str | None = None) -> list[str]:
    """Comments that were written before, most used first, each once. What explains a gold answer is not among them."""
    number, last = func.count(), func.max(marks.c.id)
    chosen = (
        select(marks.c.comment)
        .join(attempts, attempts.c.id == marks.c.attempt_id)
        .where(attempts.c.assignment == assignment, marks.c.comment != "", marks.c.kind != "gold")
        .group_by(marks.c.comment)
        .order_by(number.desc(), last.desc())
    )
    if criterion is not None:
        chosen = chosen.where(marks.c.criterion == criterion)
    return [row.comment for row in selected(book, chosen)]


def _standing(connection: Connection, attempt_id: int, criterion: str, kind: str, author: str) -> Mark | None:
    if kind in COUNTED:
        return _counting(connection, attempt_id, criterion)
    taken_back = select(marks.c.withdraws).where(marks.c.attempt_id == attempt_id, marks.c.withdraws.is_not(None))
    chosen = select(marks).where(
        marks.c.attempt_id == attempt_id,
        marks.c.criterion == criterion,
        marks.c.kind == kind,
        marks.c.author == author,
        marks.c.withdraws.is_(None),
        marks.c.id.not_in(taken_back),
    )
    return next(iter(marks_in(connection, chosen.order_by(marks.c.id.desc()).limit(1))), None)


def _counting(connection: Connection, attempt_id: int, criterion: str) -> Mark | None:
    here = (counting_marks.c.attempt_id == attempt_id, counting_marks.c.criterion == criterion)
    return next(iter(marks_in(connection, select(counting_marks).where(*here))), None)


def append(connection: Connection, values: dict[str, Any]) -> Mark:
    """Write a mark in the caller's transaction, who has looked at what is there."""
    mark = _by_id(connection, inserted(connection, insert(marks).values(**values, at=now())))
    assert mark is not None
    return mark


def _by_id(connection: Connection, mark_id: int) -> Mark | None:
    return next(iter(marks_in(connection, select(marks).where(marks.c.id == mark_id))), None)


def marks_in(connection: Connection, chosen: Select[Any]) -> list[Mark]:
    """The marks of a selection, in the caller's transaction."""
    return [_mark(row) for row in connection.execute(chosen)]


_NAMES = tuple(Mark.__dataclass_fields__)


def _mark(row: Any) -> Mark:
    return Mark(**{name: getattr(row, name) for name in _NAMES})
