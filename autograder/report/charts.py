"""Plain charts for pages: columns, bars and intervals, as places in SVG. Whoever draws one puts its table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 8, 20, 40
_LABEL = 210
"""Room for a row's label."""
_ROW = 26
_LETTERS = 30


@dataclass(frozen=True)
class Mark:
    """A line of the scale, in SVG units, and what stands there."""

    at: float
    text: str


@dataclass(frozen=True)
class Box:
    """One column or bar; `tip` is what it says when pointed at."""

    x: float
    y: float
    width: float
    height: float
    tip: str
    label: str = ""


@dataclass(frozen=True)
class Columns:
    """Columns over bins."""

    title: str
    describes: str
    boxes: tuple[Box, ...]
    scale: tuple[Mark, ...]
    edges: tuple[Mark, ...]
    under: str
    width: int = WIDTH
    height: int = HEIGHT
    floor: float = HEIGHT - _BOTTOM


def columns(title: str, describes: str, edges: Sequence[str], counts: Sequence[int], under: str) -> Columns:
    """A histogram: `edges` [n + 1] are written below the borders of the `counts` [n]."""
    step, highest = (WIDTH - _LEFT - _RIGHT) / max(1, len(counts)), max([1, *counts])
    room = HEIGHT - _TOP - _BOTTOM
    boxes = []
    for n, count in enumerate(counts):
        tall = room * count / highest
        tip = f"{edges[n]} to {edges[n + 1]}: {count}"
        boxes.append(
            Box(round(_LEFT + n * step + 1, 1), round(HEIGHT - _BOTTOM - tall, 1), round(step - 2, 1), round(tall, 1), tip,
                str(count) if count else "")
        )  # fmt: skip
    ticks = sorted({0, highest // 2, highest})
    return Columns(
        title,
        describes,
        tuple(boxes),
        tuple(Mark(round(HEIGHT - _BOTTOM - room * t / highest, 1), str(t)) for t in ticks),
        tuple(Mark(round(_LEFT + n * step, 1), edge) for n, edge in enumerate(edges)),
        under,
    )


@dataclass(frozen=True)
class Row:
    """One row of a chart of bars or intervals."""

    label: str
    value: float | None
    tip: str
    low: float | None = None
    high: float | None = None
    tone: str = ""


@dataclass(frozen=True)
class DrawnRow:
    """A row in SVG units; `bar` from the zero line to the value, `reach` the interval."""

    label: str
    tip: str
    middle: float
    bar: tuple[float, float] | None
    point: float | None
    reach: tuple[float, float] | None
    tone: str


@dataclass(frozen=True)
class Rows:
    """Bars, or points with intervals, along one axis."""

    title: str
    describes: str
    rows: tuple[DrawnRow, ...]
    scale: tuple[Mark, ...]
    zero: float
    under: str
    limits: tuple[Mark, ...]
    width: int
    height: int
    floor: float


def rows(
    title: str,
    describes: str,
    given: Sequence[Row],
    axis: Sequence[float],
    under: str,
    *,
    points: bool = False,
    limits: Sequence[float] = (),
) -> Rows:
    """One row each; `axis` are the numbers written below, from the lowest to the highest. What lies outside ends at the border."""
    low, high = axis[0], axis[-1]

    def at(value: float) -> float:
        inside = (min(max(value, low), high) - low) / (high - low)
        return round(_LABEL + inside * (WIDTH - _LABEL - 24), 1)

    zero = at(0.0 if low <= 0 <= high else low)
    drawn = []
    for n, row in enumerate(given):
        place = None if row.value is None else at(row.value)
        bar = None if place is None or points else (min(zero, place), round(abs(place - zero), 1))
        reach = None if row.low is None or row.high is None else (at(row.low), at(row.high))
        middle = _TOP + _ROW * (n + 0.5)
        drawn.append(DrawnRow(_short(row.label), row.tip, middle, bar, place if points else None, reach, row.tone))
    floor = _TOP + _ROW * len(given)
    scale = tuple(Mark(at(value), f"{value:g}".replace("-", "−")) for value in axis)
    marks = tuple(Mark(at(value), f"{value:g}") for value in limits)
    return Rows(title, describes, tuple(drawn), scale, zero, under, marks, WIDTH, floor + _BOTTOM, floor)


def _short(label: str) -> str:
    return label if len(label) <= _LETTERS else label[: _LETTERS - 1] + "…"
