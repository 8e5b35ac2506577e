"""What is to be marked: counts for every criterion, and the submissions behind each count."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from autograder.course.models import Criterion
from autograder.course.verdict import Verdict
from autograder.gradebook.attempts import Attempt
from autograder.gradebook.book import Gradebook
from autograder.gradebook.flags import flags_of
from autograder.gradebook.requests import open_requests
from autograder.gradebook.rows import selected
from autograder.gradebook.staff import conflicts_of
from autograder.gradebook.tables import attempts, criterion_results, gradings, marks, set_asides
from autograder.gradebook.views import counting, current_gradings, current_marks
from autograder.review.counted import that_count
from autograder.review.decided import Authors
from autograder.review.twice import Blind

SHOWS = {
    "ungraded": "Ungraded",
    "mine": "Mine",
    "flagged": "Flagged",
    "requests": "Requests",
    "all": "All",
}
"""Parts of the queue, and what they are called."""
UNDECIDED = tuple(verdict.value for verdict in Verdict if verdict.pending and verdict is not Verdict.NEEDS_REVIEW)
"""Outcomes of tests that go to a TA."""
PACE_OF = 20
"""Marks that the pace is taken from."""
LONGEST_SECONDS = 1800
"""A mark that took longer was interrupted; it says nothing about the pace."""


@dataclass(frozen=True)
class Row:
    """One criterion in the queue of one person."""

    criterion: str
    question: str
    title: str
    points: float
    kind: str
    total: int
    done: int
    open: int
    mine: int
    flagged: int
    requests: int
    seconds: float | None
    """Median of a mark of theirs."""

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        return ("ungraded", self.open), ("mine", self.mine), ("flagged", self.flagged), ("requests", self.requests)

    @property
    def pace(self) -> str:
        return "" if self.seconds is None else _duration(self.seconds)

    @property
    def left(self) -> str:
        return "" if self.seconds is None or not self.open else f"{_duration(self.seconds * self.open)} left"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


@dataclass(frozen=True)
class Sets:
    """Attempts of one criterion, by what is to be done with them."""

    attempts: dict[int, Attempt]
    """Those that count and that this person may see."""
    members: dict[str, set[int]]
    """Name of SHOWS → ids."""
    blind: Blind


def rows_of(
    book: Gradebook,
    slug: str,
    criteria: Sequence[Criterion],
    who: str,
    decided: Mapping[str, Authors],
    waiting: Undecided,
    blinds: Mapping[str, Blind],
) -> tuple[list[Row], int]:
    """The queue of `who`: criteria for TAs, and those of tests where something is to be done; and how many handed in.

    `decided` are the marks that stand; `blinds` are those that look otherwise to them; both by criterion.
    """
    hidden = conflicts_of(book, who)
    seen = {one.id for one in that_count(book, slug).values() if one.student_id not in hidden}
    flagged = Counter(name for name, _ in _raised(book, slug, seen))
    asked = Counter(name for name, _ in _asked(book, slug, seen))
    undecided = waiting.counts(slug, hidden)
    pace = _paces(book, slug, seen, who)
    found = []
    for one in criteria:
        blind = blinds.get(one.id, Blind())
        authors = decided.get(one.id, {})
        done = len(authors.keys() & seen) - len(blind.open)
        mine = sum(author == who and attempt in seen for attempt, author in authors.items())
        waits = len(seen) - done if one.kind == "ta" else undecided.get(one.id, 0)
        if one.kind == "ta" or waits or flagged[one.id] or asked[one.id]:
            found.append(
                Row(
                    one.id, one.question, one.title, one.points, one.kind, done + waits, done, waits,
                    mine + len(blind.mine), flagged[one.id], asked[one.id], pace.get(one.id),
                )
            )  # fmt: skip
    return found, len(seen)


def sets_of(book: Gradebook, slug: str, criterion: Criterion, who: str, decided: Authors, blind: Blind) -> Sets:
    """The attempts behind each count of a criterion.

    `decided` are its marks that stand, `blind` those that look otherwise to `who`.
    """
    hidden = conflicts_of(book, who)
    seen = {one.id: one for one in that_count(book, slug).values() if one.student_id not in hidden}
    here = (counting.c.assignment == slug, counting.c.student_id.not_in(hidden))
    unmarked = (seen.keys() - decided.keys()) | blind.open
    waiting = unmarked if criterion.kind == "ta" else _undecided(book, here, criterion.id)
    members = {
        "ungraded": waiting,
        "mine": {attempt for attempt, author in decided.items() if author == who and attempt in seen} | blind.mine.keys(),
        "flagged": {attempt for name, attempt in _raised(book, slug, seen) if name == criterion.id},
        "requests": {attempt for name, attempt in _asked(book, slug, seen) if name == criterion.id},
        "all": set(seen),
    }
    return Sets(seen, members, blind)


def _raised(book: Gradebook, slug: str, seen: Collection[int]) -> set[tuple[str, int]]:
    """(criterion, attempt) where a flag is up."""
    return {(name, attempt) for attempt, name in flags_of(book, slug) if attempt in seen}


def _asked(book: Gradebook, slug: str, seen: Collection[int]) -> set[tuple[str, int]]:
    """(criterion, attempt) where a student asked, and nobody has answered."""
    return {(one.criterion, one.attempt_id) for one in open_requests(book, slug) if one.attempt_id in seen}


class Undecided:
    """How many attempts wait because tests could not decide, remembered for as long as nothing that it hangs on changes.

    It is the one count for which every outcome of every test is looked at; marks of criteria that TAs decide, which are
    what happens all day, leave it as it is.
    """

    def __init__(self, book: Gradebook) -> None:
        self._book = book
        self._known: dict[tuple[str, frozenset[int]], tuple[object, dict[str, int]]] = {}

    def counts(self, slug: str, hidden: set[int]) -> dict[str, int]:
        """Criterion → number of attempts, without those of the students in `hidden`."""
        state, key = self._state(), (slug, frozenset(hidden))
        known = self._known.get(key)
        if known is not None and known[0] == state:
            return known[1]
        chosen = _of_tests((counting.c.assignment == slug, counting.c.student_id.not_in(hidden)))
        grouped = chosen.with_only_columns(criterion_results.c.criterion, func.count().label("n"))
        rows = selected(self._book, grouped.group_by(criterion_results.c.criterion))
        self._known[key] = (state, {row.criterion: row.n for row in rows})
        return self._known[key][1]

    def _state(self) -> object:
        """The last event of each kind that may change a count. Read first: what comes after it is counted again."""
        last = [select(func.max(one.c.id)).scalar_subquery() for one in (gradings, set_asides, attempts)]
        overrides = select(func.max(marks.c.id)).where(marks.c.kind != "mark").scalar_subquery()
        return tuple(selected(self._book, select(*last, overrides))[0])


def _undecided(book: Gradebook, here: Iterable[Any], criterion: str) -> set[int]:
    """Attempts whose tests could not decide a criterion."""
    chosen = _of_tests(here).where(criterion_results.c.criterion == criterion)
    return {row.attempt_id for row in selected(book, chosen)}


def _of_tests(here: Iterable[Any]) -> Select[Any]:
    """Outcomes of tests that are for a TA, where nobody has marked yet."""
    marked = (current_marks.c.attempt_id == counting.c.id) & (
        current_marks.c.criterion == criterion_results.c.criterion
    )
    return (
        select(criterion_results.c.criterion, current_gradings.c.attempt_id)
        .join(current_gradings, current_gradings.c.result_id == criterion_results.c.result_id)
        .join(counting, counting.c.id == current_gradings.c.attempt_id)
        .outerjoin(current_marks, marked)
        .where(*here, criterion_results.c.kind == "tests", criterion_results.c.verdict.in_(UNDECIDED))
        .where(current_marks.c.id.is_(None))
    )


def _paces(book: Gradebook, slug: str, seen: Collection[int], who: str) -> dict[str, float]:
    """Criterion → median seconds of the last marks of `who`."""
    chosen = (
        select(marks.c.criterion, marks.c.attempt_id, marks.c.seconds)
        .join(attempts, attempts.c.id == marks.c.attempt_id)
        .where(attempts.c.assignment == slug, marks.c.author == who, marks.c.withdraws.is_(None))
        .where(marks.c.seconds > 0, marks.c.seconds < LONGEST_SECONDS)
        .order_by(marks.c.id.desc())
        .limit(PACE_OF * 20)
    )
    last: dict[str, list[float]] = defaultdict(list)
    for row in selected(book, chosen):
        if row.attempt_id in seen and len(last[row.criterion]) < PACE_OF:
            last[row.criterion].append(row.seconds)
    return {name: statistics.median(seconds) for name, seconds in last.items()}
