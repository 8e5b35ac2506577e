"""The exponent of a power law through a few measured points."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from itertools import combinations


def exponent(points: Mapping[int, float], floor: float = 0.0) -> float | None:
    """p of value ≈ c·Nᵖ: the median slope of log value over log N, of all pairs of points (Theil 1950, Sen 1968).

    One slow call moves it little. Values below `floor` count as `floor`. None with fewer than two sizes.
    """
    logs = [(math.log(n), math.log(max(value, floor, 1e-12))) for n, value in points.items()]
    slopes = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(logs, 2) if x1 != x2]
    return statistics.median(slopes) if slopes else None
