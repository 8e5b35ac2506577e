"""All marks on a piece of work that nobody took back: what counts among them, and what only measures agreement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, or_, select

from autograder.gradebook.book import Gradebook
from autograder.gradebook.marks import COUNTED, Mark, marks_in
from autograder.gradebook.rows import selected
from autograder.gradebook.tables import attempts, marks

Where = tuple[int, str]
"""An attempt and a criterion."""


def marked_blind(book: Gradebook, assignment: str) -> dict[Where, set[str]]:
    """Where a second or a gold mark stands → which of the two kinds."""
    kinds: BindParameter[Any] = bindparam("kinds", ("second", "gold"), expanding=True, literal_execute=True)  # as the index has them
    blind = marks.c.kind.in_(kinds)
    gone = select(marks.c.withdraws).where(blind, marks.c.withdraws.is_not(None))
    chosen = (
        select(marks.c.attempt_id, marks.c.criterion, marks.c.kind)
        .join(attempts, attempts.c.id == marks.c.attempt_id)
        .where(attempts.c.assignment == assignment, blind)
        .where(marks.c.withdraws.is_(None), marks.c.id.not_in(gone))
    )
    found: dict[Where, set[str]] = defaultdict(set)
    for row in selected(book, chosen, once=("marked blind", assignment)):
        found[row.attempt_id, row.criterion].add(row.kind)
    return dict(found)


def events_at(book: Gradebook, places: Mapping[str, Collection[int]]) -> dict[Where, list[Mark]]:
    """Every event, oldest first. `places` are attempts, by criterion."""
    wanted = [
        and_(marks.c.criterion == criterion, marks.c.attempt_id.in_(sorted(ids)))
        for criterion, ids in places.items()
        if ids
    ]
    found: dict[Where, list[Mark]] = defaultdict(list)
    if wanted:
        with book.read() as connection:
            for mark in marks_in(connection, select(marks).where(or_(*wanted)).order_by(marks.c.id)):
                found[mark.attempt_id, mark.criterion].append(mark)
    return dict(found)


def standing(events: Iterable[Mark]) -> list[Mark]:
    """Without withdrawals and what they take back."""
    events = list(events)
    gone = {one.withdraws for one in events}
    return [one for one in events if one.withdraws is None and one.id not in gone]


def counted(stand: Sequence[Mark]) -> Mark | None:
    """The one that counts for the student, as the view `current_marks` says it: the last, and a moderator's before all others."""
    counts = [one for one in stand if one.kind in COUNTED]
    decided = [one for one in counts if one.kind == "moderated"]
    return next(reversed(decided or counts), None)


def last_of(stand: Sequence[Mark], kind: str, author: str | None = None) -> Mark | None:
    """The last of a kind, of one author or of anybody."""
    return next((one for one in reversed(stand) if one.kind == kind and author in (None, one.author)), None)


def judgements(stand: Sequence[Mark]) -> list[Mark]:
    """What people thought for themselves: the mark that counts but for a moderator's, each author's last second mark, the gold answer."""
    first = counted([one for one in stand if one.kind != "moderated"])
    seconds = {one.author: one for one in stand if one.kind == "second"}
    gold = last_of(stand, "gold")
    return [one for one in (first, *seconds.values(), gold) if one is not None]
