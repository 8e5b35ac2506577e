"""How long marking takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Pace:
    """Seconds that a mark took, of one criterion or one author. Medians: somebody always goes for lunch."""

    of: str
    marks: int
    lower: float
    """First quartile."""
    median: float
    upper: float
    """Third quartile."""
    total: float
    """Seconds, all marks together."""


def pace(seconds: Mapping[str, Sequence[float]]) -> tuple[Pace, ...]:
    """One row for each key that has a timed mark, the slowest first. Quartiles are interpolated (inclusive)."""
    rows = [_pace(of, sorted(times)) for of, times in seconds.items() if times]
    return tuple(sorted(rows, key=lambda row: (-row.median, row.of)))


def _pace(of: str, times: Sequence[float]) -> Pace:
    low, middle, high = quantiles(times, n=4, method="inclusive") if len(times) > 1 else (times[0],) * 3
    return Pace(of, len(times), low, middle, high, sum(times))


def seconds_left(rows: Iterable[Pace], open_marks: Mapping[str, int]) -> float | None:
    """What the marks that are open (criterion → number) will take at the pace so far; None before there is any.

    A criterion nobody has marked yet is given the median of those that were.
    """
    known = {row.of: row.median for row in rows}
    if not known:
        return None
    usual = median(known.values())
    return sum(count * known.get(criterion, usual) for criterion, count in open_marks.items())
