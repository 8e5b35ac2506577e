"""Marks where work is judged twice, remembered: every page of the queue asks for them, and few are new."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from autograder.gradebook.book import Gradebook
from autograder.gradebook.marks import Mark, marks_in
from autograder.gradebook.memory import last_events
from autograder.gradebook.standing import Where, events_at, standing
from autograder.gradebook.tables import attempts, marks

Places = Mapping[str, frozenset[int]]
"""Criterion → attempts."""


@dataclass
class _Known:
    places: Places
    purges: int | None
    """The last purge by then: it empties words in marks that were read before."""
    upto: int
    """The last mark of all that was looked at. Ids grow from one transaction to the next: what is new has a larger one."""
    events: dict[Where, list[Mark]]
    stands: dict[Where, list[Mark]]


class Remembered:
    """What stands at the places of each assignment. Only marks that are new are read."""

    def __init__(self, book: Gradebook) -> None:
        self._book = book
        self._known: dict[tuple[str, frozenset[str]], _Known] = {}
        self._lock = threading.Lock()

    def stands(self, slug: str, places: Places) -> dict[Where, list[Mark]]:
        """Place → the marks that stand there (`standing.py`), of those with an event."""
        with self._lock:
            numbers = last_events(self._book)
            last, purges = numbers["marks"] or 0, numbers["purges"]
            key = (slug, frozenset(places))
            known = self._known.get(key)
            if known is None or (known.places, known.purges) != (places, purges):
                events = events_at(self._book, places)
                known = _Known(places, purges, last, events, {place: standing(found) for place, found in events.items()})
                self._known[key] = known
            elif last != known.upto:
                self._read_on(slug, known, last)
            return dict(known.stands)

    def _read_on(self, slug: str, known: _Known, last: int) -> None:
        chosen = select(marks).join(attempts, attempts.c.id == marks.c.attempt_id).order_by(marks.c.id)
        with self._book.read() as connection:
            new = marks_in(connection, chosen.where(attempts.c.assignment == slug, marks.c.id > known.upto))
        for mark in new:
            place = (mark.attempt_id, mark.criterion)
            if mark.attempt_id not in known.places.get(mark.criterion, ()):
                continue
            events = known.events.setdefault(place, [])
            if not events or events[-1].id < mark.id:  # the first reading may have been ahead of `upto`
                events.append(mark)
                known.stands[place] = standing(events)
        known.upto = last
