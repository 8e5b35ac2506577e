"""What a change of a rubric does to a class, for people who look at it before they save: counts and no names."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.gradebook.rubric_effect import Effect
from autograder.report.wording import points, signed_points

MOST_BARS = 9


@dataclass(frozen=True)
class Bar:
    """So many scores change by so much."""

    words: str
    number: int


@dataclass(frozen=True)
class Part:
    """What happens at one criterion."""

    criterion: str
    number: int
    mean: str
    """Of the changes."""


@dataclass(frozen=True)
class Distribution:
    """The effect on all scores."""

    total: int
    moving: int
    mean_before: str
    mean_after: str
    bars: tuple[Bar, ...]
    parts: tuple[Part, ...]


def distribution(effects: Sequence[Effect]) -> Distribution:
    """`effects` as counts."""
    moves = [round(one.after - one.before, 2) for one in effects]
    by_criterion: dict[str, list[float]] = {}
    for effect in effects:
        for criterion, before, after in effect.criteria:
            by_criterion.setdefault(criterion, []).append(after - before)
    return Distribution(
        len(effects),
        sum(one.moves for one in effects),
        _mean([one.before for one in effects]),
        _mean([one.after for one in effects]),
        tuple(_bars(moves)),
        tuple(Part(name, len(found), signed_points(statistics.fmean(found))) for name, found in by_criterion.items()),
    )


def _bars(moves: Sequence[float]) -> list[Bar]:
    """One for each change where they are few, else ranges of one width; from the largest loss to the largest gain."""
    counted = Counter(moves)
    if len(counted) <= MOST_BARS:
        return [Bar(signed_points(move), number) for move, number in sorted(counted.items())]
    still = counted.pop(0.0, 0)
    width = _nice((max(counted) - min(counted)) / (MOST_BARS - 2))
    ranges: Counter[int] = Counter()
    for move, number in counted.items():
        ranges[math.floor(move / width)] += number
    bars = {at * width: Bar(f"{signed_points(at * width)} to {signed_points((at + 1) * width)}", n) for at, n in ranges.items()}
    if still:
        bars[-width / 2] = Bar("±0", still)  # between those who lose and those who gain
    return [bars[at] for at in sorted(bars)]


def _nice(width: float) -> float:
    """1, 2 or 5 times a power of ten, not below `width`."""
    power = 10.0 ** math.floor(math.log10(width))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= width - 1e-12)


def _mean(scores: Sequence[float]) -> str:
    return points(round(statistics.fmean(scores), 2)) if scores else "–"
