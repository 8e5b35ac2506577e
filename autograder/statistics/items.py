"""Criteria as the items of a test: how hard each is, and whether it tells strong submissions from weak ones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

_EPS = 1e-12


@dataclass(frozen=True)
class Item:
    """One criterion over all submissions in which it is decided."""

    criterion: str
    points: float
    count: int
    difficulty: float | None
    """Mean share of the points, 0 to 1: an easy criterion has a *high* one, as in test theory."""
    point_biserial: float | None
    """Correlation with the total score. Inflated, as the total holds the criterion itself."""
    discrimination: float | None
    """Corrected item-total correlation: with the sum of all other criteria. None where one of the two does not vary."""


def items(shares: Sequence[Mapping[str, float]], points: Mapping[str, float]) -> tuple[Item, ...]:
    """One item for every criterion of `points`, in its order.

    `shares` holds for each submission the share (0 to 1) of each criterion's points; a criterion that is not decided yet is
    left out there. Totals are taken over the submissions in which every criterion is decided: a total with a hole in it would
    make whoever is not marked yet look weak.
    """
    complete = [share for share in shares if points.keys() <= share.keys()]
    totals = [sum(share[c] * worth for c, worth in points.items()) for share in complete]
    return tuple(_item(criterion, worth, shares, complete, totals) for criterion, worth in points.items())


def _item(
    criterion: str,
    worth: float,
    shares: Sequence[Mapping[str, float]],
    complete: Sequence[Mapping[str, float]],
    totals: Sequence[float],
) -> Item:
    known = [share[criterion] for share in shares if criterion in share]
    own = [share[criterion] * worth for share in complete]
    return Item(
        criterion=criterion,
        points=worth,
        count=len(known),
        difficulty=fmean(known) if known else None,
        point_biserial=correlation(own, totals),
        discrimination=correlation(own, [total - x for x, total in zip(own, totals, strict=True)]),
    )


def correlation(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """Pearson's r of xs [n] and ys [n]; the point-biserial one where xs has two values. None where it is undefined."""
    if len(xs) < 2:
        return None
    mx, my = fmean(xs), fmean(ys)
    sxx = sum((x - mx) ** 2 for x in xs)
    syy = sum((y - my) ** 2 for y in ys)
    scale = max(map(abs, (*xs, *ys))) ** 2 * len(xs)
    if sxx <= _EPS * scale or syy <= _EPS * scale:
        return None
    r = sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True)) / math.sqrt(sxx * syy)
    return max(-1.0, min(1.0, r))
