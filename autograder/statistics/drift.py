"""Is somebody stricter than the others, and do marks change with the order they are given in?"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean

import numpy as np
import numpy.typing as npt

_RESAMPLES = 1000
_FEWEST = 3
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Given:
    """One mark as drift sees it."""

    author: str
    criterion: str
    share: float
    """Of the criterion's points, 0 to 1."""
    position: int | None
    """How many marks its author had given before, in this sitting; None where it was not recorded."""


@dataclass(frozen=True)
class GraderDrift:
    """How one author's marks lie against everybody else's on the same criteria."""

    author: str
    marks: int
    difference: float | None
    """Mean share given minus what the others gave on average, criterion by criterion; above 0 is lenient."""
    low: float | None
    high: float | None

    @property
    def notable(self) -> bool:
        """The interval leaves out 0."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


@dataclass(frozen=True)
class OrderDrift:
    """How one author's marks change as they go on: least squares of the share over the position."""

    author: str
    marks: int
    per_ten: float | None
    """Change of the share from one mark to the tenth after it; below 0, later work gets less."""
    low: float | None
    high: float | None

    @property
    def notable(self) -> bool:
        """The interval leaves out 0."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


def by_grader(marks: Sequence[Given], confidence: float = 0.95) -> tuple[GraderDrift, ...]:
    """Each author against the others, in the order of names.

    Within each criterion the author's mean is compared with the others' mean; the differences are averaged with the author's
    numbers of marks as weights. The interval is normal, from the variances of both sides (Welch). It takes for granted that
    work was dealt out at random, as the review desk does.
    """
    authors = sorted({mark.author for mark in marks})
    return tuple(_against_others(author, marks, confidence) for author in authors)


def _against_others(author: str, marks: Sequence[Given], confidence: float) -> GraderDrift:
    parts: list[tuple[int, float, float | None]] = []
    for criterion in sorted({mark.criterion for mark in marks}):
        own = [mark.share for mark in marks if mark.criterion == criterion and mark.author == author]
        others = [mark.share for mark in marks if mark.criterion == criterion and mark.author != author]
        if own and others:
            parts.append((len(own), fmean(own) - fmean(others), _variance_of_means(own, others)))
    count = sum(mark.author == author for mark in marks)
    if not parts:
        return GraderDrift(author, count, None, None, None)
    weight = sum(n for n, _, _ in parts)
    difference = sum(n * d for n, d, _ in parts) / weight
    variances = [(n, v) for n, _, v in parts if v is not None]
    if len(variances) < len(parts):
        return GraderDrift(author, count, difference, None, None)
    spread = math.sqrt(sum(n * n * v for n, v in variances)) / weight
    reach = NormalDist().inv_cdf(0.5 + confidence / 2) * spread
    return GraderDrift(author, count, difference, difference - reach, difference + reach)


def _variance_of_means(own: Sequence[float], others: Sequence[float]) -> float | None:
    """Of the difference of two means; None with too few marks on one side."""
    if min(len(own), len(others)) < _FEWEST:
        return None
    return float(np.var(own, ddof=1) / len(own) + np.var(others, ddof=1) / len(others))


def by_order(
    marks: Sequence[Given], *, confidence: float = 0.95, resamples: int = _RESAMPLES, seed: int = 0
) -> tuple[OrderDrift, ...]:
    """Each author's slope, in the order of names; a criterion's own mean is taken off first, so that hard ones do not
    look like drift. The interval is a bootstrap over marks; the same `seed` gives the same one.
    """
    rows = []
    for author in sorted({mark.author for mark in marks}):
        own = [mark for mark in marks if mark.author == author and mark.position is not None]
        positions, shares = _centred(own)
        slope = _slope(positions, shares) if len(own) >= _FEWEST else None
        low, high = (None, None) if slope is None else _ends(positions, shares, _slope, confidence, resamples, seed)
        rows.append(OrderDrift(author, len(own), _tenfold(slope), _tenfold(low), _tenfold(high)))
    return tuple(rows)


def _centred(marks: Sequence[Given]) -> tuple[Floats, Floats]:
    """Positions [n] and shares [n], each less its mean over the marks on the same criterion."""
    positions, shares = [], []
    for criterion in sorted({mark.criterion for mark in marks}):
        own = [mark for mark in marks if mark.criterion == criterion]
        places = [float(mark.position or 0) for mark in own]
        positions += [place - fmean(places) for place in places]
        shares += [mark.share - fmean(m.share for m in own) for mark in own]
    return np.array(positions), np.array(shares)


def _slope(positions: Floats, shares: Floats) -> float | None:
    spread = float(((positions - positions.mean()) ** 2).sum())
    return None if spread == 0 else float(((positions - positions.mean()) * (shares - shares.mean())).sum()) / spread


def _ends(
    positions: Floats,
    shares: Floats,
    statistic: Callable[[Floats, Floats], float | None],
    confidence: float,
    resamples: int,
    seed: int,
) -> tuple[float | None, float | None]:
    chance = np.random.default_rng(seed)
    picks = (chance.integers(len(shares), size=len(shares)) for _ in range(resamples))
    drawn = [value for pick in picks if (value := statistic(positions[pick], shares[pick])) is not None]
    if len(drawn) < 0.95 * resamples:
        return None, None
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return float(low), float(high)


def _tenfold(value: float | None) -> float | None:
    return None if value is None else 10 * value


def shares_by_position(marks: Iterable[Given], width: int = 10) -> tuple[tuple[int, float, int], ...]:
    """(marks given before, mean share, marks) in steps of `width`, all authors together: the curve of a class."""
    groups: dict[int, list[float]] = {}
    for mark in marks:
        if mark.position is not None:
            groups.setdefault(mark.position // width, []).append(mark.share)
    return tuple((group * width, fmean(shares), len(shares)) for group, shares in sorted(groups.items()))
