"""Which submissions two people mark without knowing of each other, and what each of them sees meanwhile.

One in ten is drawn for each criterion, and everything that has a gold answer. To a TA who has not marked such a one it looks
as though nobody had, and what they give is a `second` mark, which never counts for the student. Instructors see everything.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import nsmallest

from autograder.course.models import Criterion
from autograder.gradebook.attempts import Attempt
from autograder.gradebook.book import Gradebook
from autograder.gradebook.marks import COUNTED, Kind, Mark, marks_of
from autograder.gradebook.requests import requests_of
from autograder.gradebook.salts import salt_of
from autograder.gradebook.staff import conflicts_of
from autograder.gradebook.standing import Where, counted, last_of, marked_blind, standing
from autograder.review.counted import that_count
from autograder.review.guard import Me
from autograder.review.remembered import Remembered

ONE_IN = 10
"""Submissions, of which one is marked twice; of fewer than half as many none is."""


@dataclass(frozen=True)
class Sight:
    """What somebody sees at one criterion of one attempt."""

    mark: Mark | None
    """As though it were the mark that counts."""
    kind: Kind
    """What they write there, where a TA decides: `mark`, or `second`."""
    events: int


@dataclass(frozen=True)
class Blind:
    """Attempts of one criterion that look otherwise to one person."""

    open: frozenset[int] = frozenset()
    """As though nobody had marked them."""
    mine: Mapping[int, Mark] = field(default_factory=dict)
    """Their own second marks."""


def drawn(salt: str, criterion: str, students: Iterable[int], one_in: int = ONE_IN) -> frozenset[int]:
    """The students whose work is marked twice. Who does not know the salt cannot tell; a student who comes later moves few."""
    students = list(students)

    def place(student: int) -> bytes:
        return hmac.digest(salt.encode(), f"{criterion}\0{student}".encode(), "sha256")

    return frozenset(nsmallest((len(students) + one_in // 2) // one_in, students, key=place))


def seen(stand: Sequence[Mark], who: str, again: bool) -> tuple[Mark | None, Kind]:
    """What a TA sees of marks that stand, and the kind of what they write. `again`: it is wanted from one more."""
    now, own = counted(stand), last_of(stand, "second", who)
    if now is None or now.kind != "mark" or now.author == who:
        return now, "mark"
    if own is not None:
        return replace(own, kind="mark"), "second"
    if again and last_of(stand, "mark", who) is None:
        return None, "second"
    return now, "mark"


class Twice:
    """What is marked twice in a gradebook; the draws are remembered for as long as nobody hands in."""

    def __init__(self, book: Gradebook) -> None:
        self._book = book
        self._remembered = Remembered(book)
        self._drawn: dict[tuple[str, str], tuple[object, frozenset[int]]] = {}

    def sight(self, slug: str, criterion: Criterion, attempt: int, me: Me, *, blank: bool = False) -> Sight:
        """`blank`: their page showed no mark, so they are blind still, whoever was faster."""
        events = marks_of(self._book, attempt, criterion.id)
        stand = standing(events)
        if me.role != "ta" or criterion.kind != "ta":
            return Sight(counted(stand), "mark", len(events))
        asked = (attempt, criterion.id) in self._asked(slug)
        again = self._again(stand, not asked and attempt in self.drawn(slug, criterion.id), asked, blank)
        mark, kind = seen(stand, me.name, again)
        shown = [one for one in events if (one.author == me.name if kind == "second" else one.kind in COUNTED)]
        return Sight(mark, kind, len(shown))

    def of(self, slug: str, criteria: Sequence[Criterion], me: Me) -> dict[str, Blind]:
        """Criterion → what looks otherwise to `me`."""
        if me.role != "ta":
            return {}
        blind, asked, hidden = marked_blind(self._book, slug), self._asked(slug), conflicts_of(self._book, me.name)
        everybody = that_count(self._book, slug)
        draws = {one.id: self._draw(slug, one.id, everybody) for one in criteria if one.kind == "ta"}
        places = {
            name: ids | {attempt for attempt, criterion in blind if criterion == name and attempt in everybody}
            for name, ids in draws.items()
        }
        stands = self._remembered.stands(slug, places)
        found = {}
        for name, ids in draws.items():
            views = {
                attempt: seen(stand, me.name, self._again(stand, attempt in ids, (attempt, name) in asked))
                for (attempt, criterion), stand in stands.items()
                if criterion == name and everybody[attempt].student_id not in hidden
            }
            seconds = {attempt: mark for attempt, (mark, kind) in views.items() if kind == "second"}
            mine = {attempt: mark for attempt, mark in seconds.items() if mark is not None}
            found[name] = Blind(frozenset(seconds.keys() - mine.keys()), mine)
        return found

    def drawn(self, slug: str, criterion: str) -> frozenset[int]:
        """The attempts that are drawn."""
        return self._draw(slug, criterion, that_count(self._book, slug))

    def _draw(self, slug: str, criterion: str, here: dict[int, Attempt]) -> frozenset[int]:
        known = self._drawn.get((slug, criterion))
        if known is None or known[0] is not here:
            chosen = drawn(salt_of(self._book, slug), criterion, (one.student_id for one in here.values()))
            known = (here, frozenset(one.id for one in here.values() if one.student_id in chosen))
            self._drawn[slug, criterion] = known
        return known[1]

    @staticmethod
    def _again(stand: Sequence[Mark], drawn: bool, asked: bool, blank: bool = False) -> bool:
        """Whether one more is wanted. Not once a student asks about the mark: who answers has to see it."""
        wanted = last_of(stand, "gold") is not None or (drawn and (blank or last_of(stand, "second") is None))
        return wanted and not asked

    def _asked(self, slug: str) -> set[Where]:
        return {(one.attempt_id, one.criterion) for one in requests_of(self._book, slug)}
