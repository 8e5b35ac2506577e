"""Do those who marked the same work agree? Krippendorff's α with a bootstrap interval over units.

K. Krippendorff, Content Analysis (2004), chapter 11; Computing Krippendorff's Alpha-Reliability (2011). α is 1 for perfect
agreement and 0 for what chance alone would give. He asks for 0.8, and for 0.667 at least where tentative conclusions will do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Measurement = Literal["ordinal", "interval"]
Counts = npt.NDArray[np.int64]
RELIABLE, TENTATIVE = 0.8, 0.667
FEWEST = 10
"""Units, below which α is one way or the other by chance: nothing is said about it."""
_RESAMPLES = 500
_MOST_UNDEFINED = 0.05


@dataclass(frozen=True)
class Agreement:
    """Of one criterion, or whatever `units` came from."""

    units: int
    """Pieces of work that two people at least have marked; others say nothing about agreement."""
    marks: int
    """Marks on those."""
    pairs: int
    """Of marks on the same piece of work."""
    exact: float | None
    """Share of pairs of marks on the same work that are equal."""
    alpha: float | None
    """None where it is undefined: no unit, or all marks the same, so that nothing could have been told apart."""
    low: float | None
    """Ends of the bootstrap interval; None where α is, or where many resamples leave it undefined."""
    high: float | None
    confidence: float

    @property
    def enough(self) -> bool:
        """Whether α is worth a look."""
        return self.units >= FEWEST

    @property
    def word(self) -> str:
        """What α is good for, after Krippendorff: `reliable`, `tentative`, `unreliable`, `unknown`, or `too few to say`."""
        if not self.enough:
            return "too few to say"
        if self.alpha is None:
            return "unknown"
        return "reliable" if self.alpha >= RELIABLE else "tentative" if self.alpha >= TENTATIVE else "unreliable"


def agreement(
    units: Sequence[Mapping[str, float]],
    *,
    measurement: Measurement = "ordinal",
    confidence: float = 0.95,
    resamples: int = _RESAMPLES,
    seed: int = 0,
) -> Agreement:
    """Agreement over `units`: for each piece of work, who marked it → the mark (level or points).

    `ordinal` compares ranks and suits levels; `interval` compares differences and suits points. Units are resampled whole,
    because marks on one piece of work belong together. The same `seed` gives the same interval.
    """
    paired = [list(marks.values()) for marks in units if len(marks) > 1]
    domain = sorted({value for values in paired for value in values})
    counts = np.array([[values.count(v) for v in domain] for values in paired], dtype=np.int64)
    alpha = _alpha(counts, domain, measurement) if paired else None
    low, high = (None, None) if alpha is None else _interval(counts, domain, measurement, confidence, resamples, seed)
    return Agreement(
        units=len(paired),
        marks=sum(map(len, paired)),
        pairs=sum(len(values) * (len(values) - 1) // 2 for values in paired),
        exact=_exact(counts) if paired else None,
        alpha=alpha,
        low=low,
        high=high,
        confidence=confidence,
    )


def _exact(counts: Counts) -> float:
    """Equal pairs among all pairs within the units. counts [units, values]."""
    sizes = counts.sum(axis=1)
    return float((counts * (counts - 1)).sum() / (sizes * (sizes - 1)).sum())


def _alpha(counts: Counts, domain: Sequence[float], measurement: Measurement) -> float | None:
    """α of counts [units, values]; None where fewer than two values occur."""
    import krippendorff

    used = counts.sum(axis=0) > 0
    if used.sum() < 2:
        return None
    values = np.asarray(domain, dtype=np.float64)[used]
    return float(
        krippendorff.alpha(value_counts=counts[:, used], value_domain=values, level_of_measurement=measurement)
    )


def _interval(
    counts: Counts, domain: Sequence[float], measurement: Measurement, confidence: float, resamples: int, seed: int
) -> tuple[float | None, float | None]:
    """The percentile interval over resampled units."""
    chance = np.random.default_rng(seed)
    drawn = [
        _alpha(counts[chance.integers(len(counts), size=len(counts))], domain, measurement) for _ in range(resamples)
    ]
    known = [alpha for alpha in drawn if alpha is not None]
    if len(known) < (1 - _MOST_UNDEFINED) * resamples or len(counts) < 2:
        return None, None
    tail = (1 - confidence) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)
