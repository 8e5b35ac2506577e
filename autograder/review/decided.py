"""Who decided what, remembered: every page asks for the marks that stand, and few are new from one page to the next."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, select

from autograder.gradebook.book import Gradebook
from autograder.gradebook.memory import last_events
from autograder.gradebook.rows import selected
from autograder.gradebook.tables import attempts, marks
from autograder.gradebook.views import current_marks

Authors = Mapping[int, str]
"""Attempt → who gave the mark that stands."""
_MOST_NEW = 200
"""Attempts with new marks; with more of them everything is read again."""


class Decided:
    """The marks that stand in each assignment, by criterion. Only where marks are new is the database asked."""

    def __init__(self, book: Gradebook) -> None:
        self._book = book
        self._known: dict[str, tuple[int, dict[str, Authors]]] = {}
        self._lock = threading.Lock()

    def of(self, slug: str) -> Mapping[str, Authors]:
        """Criterion → who gave which mark that stands, of all attempts, also of those that do not count."""
        with self._lock:
            # Read first: what comes after it is new to the next page. Ids grow from one transaction to the next.
            last = last_events(self._book)["marks"] or 0
            known = self._known.get(slug)
            if known is None:
                known = (last, self._read(slug))
            elif last > known[0]:
                new = self._new(slug, known[0])
                known = (last, self._read(slug) if len(new) > _MOST_NEW else self._read_on(slug, known[1], new))
            self._known[slug] = known
            return MappingProxyType(known[1])

    def _read(self, slug: str) -> dict[str, Authors]:
        return _authors(selected(self._book, _standing(slug)))

    def _new(self, slug: str, upto: int) -> set[int]:
        """Attempts with marks that came after `upto`; a withdrawal is one, too."""
        chosen = select(marks.c.attempt_id).join(attempts, attempts.c.id == marks.c.attempt_id)
        rows = selected(self._book, chosen.where(attempts.c.assignment == slug, marks.c.id > upto).distinct())
        return {row.attempt_id for row in rows}

    def _read_on(self, slug: str, known: dict[str, Authors], new: set[int]) -> dict[str, Authors]:
        """What was told to other pages stays as it is: they may be reading it."""
        if not new:
            return known
        now = _authors(selected(self._book, _standing(slug).where(current_marks.c.attempt_id.in_(new))))
        found = dict(known)
        for name in known.keys() | now.keys():
            before, after = known.get(name, {}), now.get(name, {})
            if any(before.get(one) != after.get(one) for one in new):
                found[name] = {**{one: author for one, author in before.items() if one not in new}, **after}
        return found


def _authors(rows: Sequence[Any]) -> dict[str, Authors]:
    found: dict[str, dict[int, str]] = {}
    for row in rows:
        found.setdefault(row.criterion, {})[row.attempt_id] = row.author
    return {**found}


def _standing(slug: str) -> Select[Any]:
    chosen = select(current_marks.c.criterion, current_marks.c.attempt_id, current_marks.c.author)
    return chosen.join(attempts, attempts.c.id == current_marks.c.attempt_id).where(attempts.c.assignment == slug)
