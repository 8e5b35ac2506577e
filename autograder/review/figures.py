"""Statistics for the desk's pages: computed once for each version of the gradebook, and without names that others must not see."""

from __future__ import annotations

import hmac
import threading
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select

from autograder.gradebook.book import Gradebook
from autograder.gradebook.rows import selected
from autograder.gradebook.salts import salt_of
from autograder.gradebook.staff import staff_of
from autograder.gradebook.tables import attempts, gradings, marks, set_asides
from autograder.review.guard import Me
from autograder.review.rubrics import InForce
from autograder.statistics.anonymous import anonymous
from autograder.statistics.gathered import ClassStatistics, gather, gather_marks


@dataclass(frozen=True)
class State:
    """The last events that statistics hang on: while it is the same, so are they."""

    rubric_sha256: str
    marked: int | None
    results: tuple[int | None, ...]
    """Of gradings, set-asides and attempts: they say which results there are."""


class Figures:
    """The statistics of each assignment. Several who ask at once wait for one computation."""

    def __init__(self, book: Gradebook) -> None:
        self._book = book
        self._known: dict[tuple[str, bool], tuple[State, ClassStatistics]] = {}
        self._turns: dict[tuple[str, bool], threading.Lock] = defaultdict(threading.Lock)

    def of(self, force: InForce, me: Me, *, marks_alone: bool = False) -> ClassStatistics:
        """With the names of staff for instructors; a TA finds their own, and a number for everybody else.

        `marks_alone` leaves out what results say, which is what takes long.
        """
        slug = force.loaded.slug
        with self._turns[slug, marks_alone]:
            state = self._state(slug, force.rubric_sha256)  # read first: what comes after it is counted again
            known = self._known.get((slug, marks_alone))
            if known is None or known[0] != state:
                known = (state, self._computed(force, state, known, marks_alone))
                self._known[slug, marks_alone] = known
        return known[1] if me.role == "instructor" else anonymous(known[1], self._names(slug, known[1], me).__getitem__)

    def _computed(
        self, force: InForce, state: State, known: tuple[State, ClassStatistics] | None, marks_alone: bool
    ) -> ClassStatistics:
        if marks_alone:
            return gather_marks(self._book, force.loaded)
        same = known is not None and known[0].results == state.results
        return gather(self._book, force.loaded, explained=known[1].mistakes if known and same else None)

    def _names(self, slug: str, found: ClassStatistics, me: Me) -> dict[str, str]:
        """Author → what `me` may call them. Numbers are drawn: an order by name or by marks would tell who is who."""
        salt = salt_of(self._book, slug).encode()
        authors = {row.of for row in found.pace_by_author} | {row.author for row in found.graders}
        authors |= {row.author for row in found.orders}
        drawn = sorted(authors | set(staff_of(self._book)), key=lambda name: hmac.digest(salt, name.encode(), "sha256"))
        own = me.name if me.role == "ta" else ""
        return {name: "you" if name == own else f"grader {number}" for number, name in enumerate(drawn, start=1)}

    def _state(self, slug: str, rubric_sha256: str) -> State:
        """The last event of each kind that statistics of the assignment hang on."""
        here = select(attempts.c.id).where(attempts.c.assignment == slug)
        last = [
            select(func.max(one.c.id)).where(one.c.attempt_id.in_(here)).scalar_subquery()
            for one in (marks, gradings, set_asides)
        ]
        newest = select(func.max(attempts.c.id)).where(attempts.c.assignment == slug).scalar_subquery()
        marked, *rest = selected(self._book, select(*last, newest))[0]
        return State(rubric_sha256, marked, tuple(rest))
