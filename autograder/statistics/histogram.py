"""How scores are spread: counts in bins of equal width, and the usual summaries."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median, stdev


@dataclass(frozen=True)
class Bin:
    """Scores in [low, high); of the last bin in [low, high]."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Histogram:
    """The distribution of scores out of `max_score`. Summaries are None where there are too few scores for them."""

    max_score: float
    bins: tuple[Bin, ...]
    count: int
    mean: float | None
    median: float | None
    deviation: float | None
    """Standard deviation of a sample (n - 1)."""
    lowest: float | None
    highest: float | None


def histogram(scores: Sequence[float], max_score: float, bins: int = 10) -> Histogram:
    """Scores [n] in `bins` equal bins of [0, max_score]. ValueError for a score outside, which no bin would count."""
    if max_score <= 0 or bins < 1:
        raise ValueError(f"a histogram needs a maximum above 0 and a bin at least, not {max_score:g} and {bins}")
    outside = [score for score in scores if not 0 <= score <= max_score]
    if outside:
        raise ValueError(f"{outside[0]:g} is not a score from 0 to {max_score:g}")
    counts = [0] * bins
    for score in scores:
        counts[min(bins - 1, math.floor(score * bins / max_score))] += 1
    edges = [max_score * n / bins for n in range(bins + 1)]
    return Histogram(
        max_score=max_score,
        bins=tuple(Bin(edges[n], edges[n + 1], count) for n, count in enumerate(counts)),
        count=len(scores),
        mean=fmean(scores) if scores else None,
        median=median(scores) if scores else None,
        deviation=stdev(scores) if len(scores) > 1 else None,
        lowest=min(scores, default=None),
        highest=max(scores, default=None),
    )
