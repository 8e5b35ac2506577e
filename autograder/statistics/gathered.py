"""All that is said about one assignment's class, gathered from the gradebook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from autograder.course.models import LoadedAssignment, Rubric
from autograder.gradebook import Gradebook
from autograder.gradebook.results import results_of
from autograder.gradebook.rows import selected
from autograder.gradebook.scores import Score, scores_of
from autograder.gradebook.tables import attempts, marks
from autograder.statistics.agreement import Agreement, agreement
from autograder.statistics.drift import Given, GraderDrift, OrderDrift, by_grader, by_order, shares_by_position
from autograder.statistics.histogram import Histogram, histogram
from autograder.statistics.items import Item, items
from autograder.statistics.mistakes import Mistake, mistakes
from autograder.statistics.pace import Pace, pace

BLIND = ("mark", "second", "gold")
"""Kinds of marks that are one person's own judgement: an override or a moderated mark knows others'."""


@dataclass(frozen=True)
class MarkRow:
    """A mark that nobody took back, as statistics see it."""

    id: int
    attempt_id: int
    criterion: str
    kind: str
    points: float
    seconds: float
    position: int | None
    author: str


@dataclass(frozen=True)
class ClassStatistics:
    """One assignment's class."""

    slug: str
    title: str
    attempts: int
    """That count, one a student."""
    graded: int
    final: int
    """Of those, how many have nothing open."""
    scores: Histogram
    """Of the final scores; while there are none, of what is decided so far."""
    items: tuple[Item, ...]
    mistakes: tuple[Mistake, ...]
    pace: tuple[Pace, ...]
    """By criterion."""
    pace_by_author: tuple[Pace, ...]
    agreement: Mapping[str, Agreement]
    """By criterion, of those that somebody has marked twice."""
    graders: tuple[GraderDrift, ...]
    orders: tuple[OrderDrift, ...]
    by_position: tuple[tuple[int, float, int], ...]


def gather(
    book: Gradebook, loaded: LoadedAssignment, *, explained: tuple[Mistake, ...] | None = None
) -> ClassStatistics:
    """Everything at once. Bootstraps take some milliseconds a criterion.

    `explained` are the mistakes, where they are known already: half of the time goes into reading every result for them.
    """
    slug, rubric = loaded.slug, loaded.rubric
    found = scores_of(book, slug)
    graded = [score for score in found if score.status is not None]
    final = [score for score in graded if not score.pending]
    return replace(
        gather_marks(book, loaded),
        attempts=len(found),
        graded=len(graded),
        final=len(final),
        scores=_histogram(final or graded, rubric),
        items=items([_shares(score) for score in graded], _points(graded, rubric)),
        mistakes=_explained(book, slug, graded) if explained is None else explained,
    )


def _explained(book: Gradebook, slug: str, graded: Iterable[Score]) -> tuple[Mistake, ...]:
    results = results_of(book, slug)
    return mistakes(results[attempt_id] for attempt_id in sorted(score.attempt_id for score in graded))


def gather_marks(book: Gradebook, loaded: LoadedAssignment) -> ClassStatistics:
    """What marks alone say: time, agreement and drift. No result is read, and of scores there is nothing."""
    slug, rubric = loaded.slug, loaded.rubric
    given = marks_given(book, slug)
    shares = shares_given(given, rubric)
    return ClassStatistics(
        slug=slug,
        title=loaded.assignment.title,
        attempts=0,
        graded=0,
        final=0,
        scores=_histogram((), rubric),
        items=(),
        mistakes=(),
        pace=pace(_seconds(given, "criterion")),
        pace_by_author=pace(_seconds(given, "author")),
        agreement=agreements(given, rubric),
        graders=by_grader(shares),
        orders=by_order(shares),
        by_position=shares_by_position(shares),
    )


def marks_given(book: Gradebook, slug: str) -> list[MarkRow]:
    """Every mark of the assignment that was not taken back, oldest first."""
    chosen = (
        select(marks).join(attempts, attempts.c.id == marks.c.attempt_id).where(attempts.c.assignment == slug)
    ).order_by(marks.c.id)
    rows = selected(book, chosen)
    gone = {row.withdraws for row in rows if row.withdraws is not None}
    names = tuple(MarkRow.__dataclass_fields__)
    return [
        MarkRow(**{name: getattr(row, name) for name in names})
        for row in rows
        if row.withdraws is None and row.id not in gone and row.points is not None
    ]


def agreements(given: Iterable[MarkRow], rubric: Rubric) -> dict[str, Agreement]:
    """Criterion → agreement, of the criteria that two people have marked on the same attempt.

    Of `mark`s the last one of an attempt counts, whoever gave it: who replaces a mark has seen it. `second` and `gold` marks
    are given blind, one an author. Levels are compared by rank, points without levels by difference.
    """
    units: dict[str, dict[int, dict[str, MarkRow]]] = defaultdict(lambda: defaultdict(dict))
    for mark in given:
        if mark.kind in BLIND:
            own = units[mark.criterion][mark.attempt_id]
            for author in [a for a, old in own.items() if mark.kind == old.kind == "mark"]:
                del own[author]
            own[mark.author] = mark
    found = {}
    for criterion in rubric.criteria:
        values = [{a: m.points for a, m in own.items()} for own in units.get(criterion.id, {}).values()]
        if any(len(own) > 1 for own in values):
            found[criterion.id] = agreement(values, measurement="ordinal" if criterion.levels else "interval")
    return found


def shares_given(given: Iterable[MarkRow], rubric: Rubric) -> list[Given]:
    """Own judgements as shares of the points. Marks without time and place were carried over from an older rubric: nobody judged."""
    worth = {criterion.id: criterion.points for criterion in rubric.criteria}
    return [
        Given(mark.author, mark.criterion, mark.points / worth[mark.criterion], mark.position)
        for mark in given
        if mark.kind in BLIND and mark.criterion in worth and (mark.seconds > 0 or mark.position is not None)
    ]


def _seconds(given: Iterable[MarkRow], by: str) -> dict[str, list[float]]:
    times: dict[str, list[float]] = defaultdict(list)
    for mark in given:
        if mark.seconds > 0:
            times[getattr(mark, by)].append(mark.seconds)
    return times


def _shares(score: Score) -> dict[str, float]:
    return {part.id: part.score / part.points for part in score.criteria if part.source != "pending"}


def _points(graded: Sequence[Score], rubric: Rubric) -> dict[str, float]:
    """The criteria of the rubric that results have: one that was added since the grading is not an item yet."""
    known = {part.id for score in graded for part in score.criteria}
    return {criterion.id: criterion.points for criterion in rubric.criteria if criterion.id in known}


def _histogram(scores: Sequence[Score], rubric: Rubric) -> Histogram:
    """Ten bins up to the points there are; results of an older rubric may have more."""
    highest = max([rubric.points, *(max(score.max_score, score.score) for score in scores)])
    return histogram([score.score for score in scores], highest)
