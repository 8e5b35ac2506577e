"""The statistics as rows of text: what the terminal prints and what stands beside every plot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autograder.report.wording import points, printable
from autograder.statistics.agreement import FEWEST, Agreement
from autograder.statistics.gathered import ClassStatistics
from autograder.statistics.pace import Pace

NONE = "–"


@dataclass(frozen=True)
class Table:
    """A title, what it says to somebody who has never seen such a table, heads, and rows of the same length."""

    key: str
    title: str
    note: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables_of(found: ClassStatistics) -> list[Table]:
    """All tables that have something to say, in the order in which they are read."""
    return [table for table in _all(found) if table.rows]


def _all(found: ClassStatistics) -> Iterator[Table]:
    yield scores(found)
    yield criteria(found)
    yield explained(found)
    note = "Marks that were timed. Half of them lie between the two quartiles."
    yield Table("pace", "Time spent, by criterion", note, ("Criterion", *_PACE), _paces(found.pace))
    yield Table("pace-author", "Time spent, by author", note, ("Author", *_PACE), _paces(found.pace_by_author))
    yield agreeing(found)
    yield graders(found)
    yield orders(found)
    yield positions(found)


def scores(found: ClassStatistics) -> Table:
    """The histogram."""
    kind = "final scores" if found.final else "scores so far: something is open in every one"
    seen = found.scores
    note = f"{seen.count} {kind}."
    if seen.mean is not None:
        note += f" Mean {number(seen.mean)}, median {number(seen.median)}, standard deviation {number(seen.deviation)}."
    rows = [(f"{points(b.low)} to {points(b.high)}", str(b.count), percent(b.count, seen.count)) for b in seen.bins]
    return Table("scores", "Scores", note, ("Points", "Students", "Share"), tuple(rows) if seen.count else ())


def criteria(found: ClassStatistics) -> Table:
    """Difficulty and discrimination."""
    note = (
        "Mean share: of the points, so 1 is easy. Discrimination: correlation of the criterion with the sum of all others; near 0 "
        "it does not tell strong from weak work, below 0 look at its tests. With total: the same with the criterion in the sum."
    )
    rows = [
        (i.criterion, points(i.points), str(i.count), number(i.difficulty), number(i.discrimination), number(i.point_biserial))
        for i in found.items
    ]
    heads = ("Criterion", "Points", "Decided", "Mean share", "Discrimination", "With total")
    return Table("criteria", "Criteria", note, heads, tuple(rows))


def explained(found: ClassStatistics) -> Table:
    """Mistakes by frequency."""
    note = "Submissions that lost points by tests, and the known mistake whose numbers they have."
    rows = [
        (m.name or "none that is known", m.criterion, str(m.count), f"{m.share:.0%}", printable(m.hint))
        for m in found.mistakes
    ]
    return Table("mistakes", "Mistakes", note, ("Mistake", "Criterion", "Submissions", "Share", "Hint"), tuple(rows))


_PACE = ("Marks", "Lower quartile", "Median", "Upper quartile", "All together")


def _paces(rows: tuple[Pace, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (printable(r.of), str(r.marks), duration(r.lower), duration(r.median), duration(r.upper), duration(r.total))
        for r in rows
    )


def agreeing(found: ClassStatistics) -> Table:
    """Krippendorff's α."""
    note = (
        "Krippendorff's α of marks given to the same work without seeing each other: 1 is perfect, 0 is chance. 0.8 is reliable, 0.667 "
        "enough for tentative conclusions. The interval is a bootstrap over submissions, 95%. "
        f"Of fewer than {FEWEST} submissions nothing can be said."
    )
    rows = [
        (c, str(a.units), str(a.pairs), number(a.exact), *_told(a), a.word)
        for c, a in found.agreement.items()
    ]
    heads = ("Criterion", "Submissions", "Pairs", "Equal", "α", "Interval", "In a word")
    return Table("agreement", "Agreement", note, heads, tuple(rows))


def _told(found: Agreement) -> tuple[str, str]:
    """α and its interval, where there is enough for them."""
    return (number(found.alpha), interval(found.low, found.high)) if found.enough else (NONE, NONE)


def graders(found: ClassStatistics) -> Table:
    """Drift by grader."""
    note = (
        "Mean share given, less what the others gave on the same criteria: above 0 is lenient. "
        "It means little unless work was dealt out at random."
    )
    rows = [
        (printable(g.author), str(g.marks), signed(g.difference), interval(g.low, g.high), "yes" if g.notable else "no")
        for g in found.graders
    ]
    heads = ("Author", "Marks", "Difference", "Interval (95%)", "Away from 0")
    return Table("graders", "Drift by grader", note, heads, tuple(rows) if len(rows) > 1 else ())


def orders(found: ClassStatistics) -> Table:
    """Drift by order."""
    note = "Change of the share from one mark to the tenth after it, of the same author: below 0, later work gets less."
    rows = [
        (printable(o.author), str(o.marks), signed(o.per_ten), interval(o.low, o.high), "yes" if o.notable else "no")
        for o in found.orders
        if o.marks
    ]
    heads = ("Author", "Marks", "Per ten marks", "Interval (95%)", "Away from 0")
    return Table("orders", "Drift by order", note, heads, tuple(rows))


def positions(found: ClassStatistics) -> Table:
    """The mean share over the sitting."""
    note = "Mean share of the points, by how many marks the author had given before."
    rows = [(f"{first} to {first + 9}", str(count), number(mean)) for first, mean, count in found.by_position]
    return Table("positions", "Marks over a sitting", note, ("Given before", "Marks", "Mean share"), tuple(rows))


def number(value: float | None) -> str:
    """Two decimals, or a dash for what is not known."""
    return NONE if value is None else f"{value:.2f}".replace("-", "−")


def signed(value: float | None) -> str:
    """As `number`, with its sign."""
    return NONE if value is None else f"{value:+.2f}".replace("-", "−")


def interval(low: float | None, high: float | None) -> str:
    """`0.61 to 0.83`."""
    return NONE if low is None or high is None else f"{number(low)} to {number(high)}"


def percent(part: int, whole: int) -> str:
    """`12%`."""
    return f"{part / whole:.0%}" if whole else NONE


def duration(seconds: float) -> str:
    """`45 s`, `3 min`, `2.5 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
