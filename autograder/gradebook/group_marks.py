"""One decision about many attempts that behave alike: a mark each, and where they came from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from autograder.gradebook.book import Gradebook
from autograder.gradebook.clock import now
from autograder.gradebook.errors import GradebookError
from autograder.gradebook.marks import Mark, marks_in
from autograder.gradebook.rows import inserted, selected
from autograder.gradebook.tables import attempts, group_marks, group_members, marks
from autograder.gradebook.views import current_marks as counting_marks


@dataclass(frozen=True)
class GroupMark:
    """A group that was marked at once."""

    id: int
    assignment: str
    criterion: str
    behaviour: str
    """The group's id, as `statistics.triage` names it."""
    points: float
    given: int
    """How many marks came from it."""
    standing: int
    """How many of them nobody has taken back; those that a later mark replaced are among them."""
    checked: int
    """How many were looked at first."""
    at: datetime
    author: str


@dataclass(frozen=True)
class Given:
    """What became of a group's marking."""

    group: GroupMark | None
    """None when there was nothing left to mark."""
    collisions: Mapping[int, Mark]
    """Attempt → the mark that it has already: nothing was written there."""


def mark_group(
    book: Gradebook, assignment: str, behaviour: str, members: Collection[int], like: Sequence[Mark], *, comment: str, author: str
) -> Given:
    """Give each of `members` the points of `like`, marks of one opinion that were given one by one.

    In one transaction. An attempt that has a mark keeps it, whoever gave it, and is named. Raises GradebookError.
    """
    if len({(mark.criterion, mark.kind, mark.level, mark.points) for mark in like}) != 1:
        raise GradebookError("The submissions that were looked at have different marks, so the group has none.")
    model = like[-1]
    with book.write() as connection:
        there = _there(connection, model.criterion, members)
        free = sorted(set(members) - there.keys())
        if not free:
            return Given(None, there)
        about = {"assignment": assignment, "criterion": model.criterion, "behaviour": behaviour}
        group = inserted(connection, insert(group_marks).values(**about, at=now(), author=author))
        rows_given = [_given(attempt, model, comment, author) for attempt in free]
        given = connection.execute(insert(marks).returning(marks.c.id), rows_given).scalars().all()
        rows = [(mark, False) for mark in given] + [(mark.id, True) for mark in like]
        connection.execute(
            insert(group_members), [{"group_id": group, "mark_id": mark, "checked": checked} for mark, checked in rows]
        )
    return Given(group_mark(book, group), there)


def withdraw_group(book: Gradebook, group_id: int, author: str) -> int:
    """Take back every mark that came from a group, and how many those were; what was given one by one stays."""
    with book.write() as connection:
        taken_back = select(marks.c.withdraws).where(marks.c.withdraws.is_not(None))
        chosen = (
            select(marks)
            .join(group_members, group_members.c.mark_id == marks.c.id)
            .where(group_members.c.group_id == group_id, group_members.c.checked.is_(False))
            .where(marks.c.id.not_in(taken_back))
            .order_by(marks.c.id)
        )
        standing = marks_in(connection, chosen)
        if standing:
            connection.execute(insert(marks), [_withdrawal(mark, author) for mark in standing])
    return len(standing)


def group_mark(book: Gradebook, group_id: int) -> GroupMark:
    """One by its id. Raises GradebookError when there is none."""
    found = _groups(book, group_marks.c.id == group_id)
    if not found:
        raise GradebookError(f"There is no group mark number {group_id} in {book.place}.")
    return found[0]


def group_marks_of(book: Gradebook, assignment: str, criterion: str) -> list[GroupMark]:
    """The groups of a criterion that were marked at once, the last one first."""
    return _groups(book, group_marks.c.assignment == assignment, group_marks.c.criterion == criterion)


def group_of(book: Gradebook, mark_id: int) -> GroupMark | None:
    """The group that a mark came from; None for one that was given by hand."""
    chosen = select(group_members.c.group_id).where(group_members.c.mark_id == mark_id)
    rows = selected(book, chosen.where(group_members.c.checked.is_(False)))
    return group_mark(book, rows[0].group_id) if rows else None


def from_groups(book: Gradebook, assignment: str, criterion: str) -> set[int]:
    """The ids of the marks of a criterion that came from groups."""
    chosen = (
        select(group_members.c.mark_id)
        .join(group_marks, group_marks.c.id == group_members.c.group_id)
        .where(group_marks.c.assignment == assignment, group_marks.c.criterion == criterion)
        .where(group_members.c.checked.is_(False))
    )
    return {row.mark_id for row in selected(book, chosen)}


def marks_on(book: Gradebook, assignment: str, criterion: str) -> dict[int, Mark]:
    """Attempt → the mark that counts for one criterion."""
    chosen = (
        select(counting_marks)
        .join(attempts, attempts.c.id == counting_marks.c.attempt_id)
        .where(attempts.c.assignment == assignment, counting_marks.c.criterion == criterion)
    )
    with book.read() as connection:
        return {mark.attempt_id: mark for mark in marks_in(connection, chosen)}


def _there(connection: Connection, criterion: str, members: Collection[int]) -> dict[int, Mark]:
    chosen = select(counting_marks).where(
        counting_marks.c.criterion == criterion, counting_marks.c.attempt_id.in_(list(members))
    )
    return {mark.attempt_id: mark for mark in marks_in(connection, chosen)}


def _given(attempt: int, model: Mark, comment: str, author: str) -> dict[str, Any]:
    return {
        "attempt_id": attempt, "criterion": model.criterion, "kind": model.kind, "level": model.level,
        "points": model.points, "comment": comment, "rubric_sha256": model.rubric_sha256, "seconds": 0.0,
        "at": now(), "author": author,
    }  # fmt: skip


def _withdrawal(mark: Mark, author: str) -> dict[str, Any]:
    return {
        "attempt_id": mark.attempt_id, "criterion": mark.criterion, "kind": mark.kind, "comment": "",
        "rubric_sha256": mark.rubric_sha256, "seconds": 0.0, "withdraws": mark.id, "at": now(), "author": author,
    }  # fmt: skip


def _groups(book: Gradebook, *which: Any) -> list[GroupMark]:
    back = select(marks.c.withdraws.label("mark_id")).where(marks.c.withdraws.is_not(None)).subquery()
    given = group_members.c.checked.is_(False)
    counted = (
        select(
            group_marks,
            func.max(marks.c.points).label("points"),
            func.count().filter(given).label("given"),
            func.count().filter(given & back.c.mark_id.is_(None)).label("standing"),
            func.count().filter(group_members.c.checked).label("checked"),
        )
        .join(group_members, group_members.c.group_id == group_marks.c.id)
        .join(marks, marks.c.id == group_members.c.mark_id)
        .outerjoin(back, back.c.mark_id == group_members.c.mark_id)
        .where(*which)
        .group_by(group_marks.c.id)
        .order_by(group_marks.c.id.desc())
    )
    names = tuple(GroupMark.__dataclass_fields__)
    return [GroupMark(**{name: getattr(row, name) for name in names}) for row in selected(book, counted)]
