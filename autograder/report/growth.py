"""The figure of how a cost grows, or an error falls: both lines on log-log axes, the allowed slope, and a table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from autograder.grading.result import Curve
from autograder.report.wording import printable

WIDTH, HEIGHT = 400, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 104, 14, 38
_LABEL_GAP = 15
_MOST_TICKS = 6

TITLES = {
    "operations": "Operations",
    "largest": "Largest tensor",
    "memory": "Memory of the call",
    "seconds": "CPU time",
    "error": "Error",
}


@dataclass(frozen=True)
class Tick:
    """A place on an axis, in SVG units, and what is written there."""

    at: float
    text: str


@dataclass(frozen=True)
class Drawn:
    """One line: its corners, its points and the label at its end, in SVG units."""

    kind: str
    """`yours`, `reference` or `allowed`."""
    corners: str
    points: tuple[tuple[float, float], ...]
    power: str
    """The exponent, behind the kind in the label."""
    label_x: float
    label_y: float


@dataclass(frozen=True)
class Panel:
    """All that a page needs to draw and describe one quantity."""

    title: str
    exceeded: bool
    judged: bool
    lines: tuple[Drawn, ...]
    region: str
    """Corners of the area in which the submission may be."""
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    rows: tuple[tuple[str, str, str], ...]
    """(size, yours, reference)."""
    symbol: str
    """Of the size, in formulas: `N`, or `m` where another number than the length is changed."""
    over: str
    """The size in words: `size N`, `features m`."""
    slopes: tuple[str, str]
    description: str


def panels(curves: Sequence[Curve]) -> tuple[Panel, ...]:
    """The figures of `curves`; of those that have two points at least."""
    return tuple(_panel(curve) for curve in curves if len(curve.submission.points) > 1)


def describe(curve: Curve) -> str:
    """What the picture shows, as a sentence."""
    if len(curve.submission.points) < 2 or curve.submission.exponent is None:
        return ""
    points, m = curve.submission.points, symbol(curve)
    does = "changes" if curve.quantity == "error" else "grows"
    where = f"{m} =" if m == curve.over else f"{curve.over} m ="
    told = f"from {where} {points[0][0]} to {points[-1][0]} yours {does} like {m}^{curve.submission.exponent:.2f}"
    if curve.reference.exponent is not None:
        told += f", the reference like {m}^{curve.reference.exponent:.2f}"
    return told + (f"; {m}^{curve.allowed:g} is allowed." if curve.allowed is not None else ".")


def symbol(curve: Curve) -> str:
    """Of the curve's size, in formulas."""
    return "N" if curve.over == "N" else "m"


def amount(quantity: str, value: float) -> str:
    """`64 kB`, `2.3 ms`, `18 M`: two digits and a unit."""
    if quantity == "error":
        return f"{value:.2g}" if value >= 1e-3 else f"{value:.0e}"
    if quantity == "seconds":
        return _scaled(value, ((1, "s"), (1e-3, "ms"), (1e-6, "µs")))
    if quantity in ("largest", "memory"):
        return _scaled(value, ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B")))
    return _scaled(value, ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1, "")))


def _scaled(value: float, units: Sequence[tuple[float, str]]) -> str:
    size, unit = next(((size, unit) for size, unit in units if value >= size), units[-1])
    shown = value / size
    digits = f"{shown:.1f}".removesuffix(".0") if shown < 10 else f"{shown:.0f}"
    return f"{digits} {unit}".strip()


# ── geometry ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Axes:
    """Logarithmic in both directions."""

    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, n: float, value: float) -> tuple[float, float]:
        across = (math.log(n) - self.x[0]) / (self.x[1] - self.x[0])
        up = (math.log(max(value, 1e-12)) - self.y[0]) / (self.y[1] - self.y[0])
        return (
            round(_LEFT + across * (WIDTH - _LEFT - _RIGHT), 1),
            round(HEIGHT - _BOTTOM - up * (HEIGHT - _TOP - _BOTTOM), 1),
        )


def _panel(curve: Curve) -> Panel:
    quantity, ours, reference = curve.quantity, curve.submission, curve.reference
    limit = _limit(curve)
    axes = _axes([*_positive(ours.points), *_positive(reference.points), *limit])
    lines = (
        ("reference", _positive(reference.points), reference.exponent),
        ("allowed", limit, curve.allowed),
        ("yours", _positive(ours.points), ours.exponent),
    )
    drawn = [_drawn(axes, *line) for line in lines if len(line[1]) > 1]
    exceeded = curve.allowed is not None and (ours.exponent or 0.0) > curve.allowed
    return Panel(
        title=TITLES[quantity],
        exceeded=exceeded,
        judged=curve.allowed is not None,
        lines=tuple(_apart(drawn)),
        region=_region(axes, limit),
        x_ticks=_x_ticks(axes, curve),
        y_ticks=_y_ticks(axes, quantity),
        rows=tuple(_rows(curve)),
        symbol=symbol(curve),
        over="size N" if curve.over == "N" else f"{printable(curve.over)} m",
        slopes=(_power(curve, ours.exponent), _power(curve, reference.exponent)),
        description=describe(curve),
    )


def _power(curve: Curve, exponent: float | None) -> str:
    return "–" if exponent is None else f"{symbol(curve)}^{exponent:.2f}"


def _positive(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    return [(n, value) for n, value in points if value > 0]


def _limit(curve: Curve) -> list[tuple[int, float]]:
    """The allowed slope, from the submission's first point."""
    points = _positive(curve.submission.points)
    if curve.allowed is None or not points:
        return []
    (first, value), last = points[0], max(n for n, _ in (*points, *curve.reference.points))
    return [(first, value), (last, value * (last / first) ** curve.allowed)]


def _axes(points: Sequence[tuple[int, float]]) -> _Axes:
    ns = [math.log(n) for n, _ in points] or [0.0]
    values = [math.log(value) for _, value in points] or [0.0]
    room = 0.06 * (max(values) - min(values)) + 0.1
    return _Axes((min(ns), max(max(ns), min(ns) + 0.1)), (min(values) - room, max(values) + room))


def _drawn(axes: _Axes, kind: str, points: Sequence[tuple[int, float]], exponent: float | None) -> Drawn:
    places = tuple(axes.at(n, value) for n, value in points)
    corners = " ".join(f"{x:g},{y:g}" for x, y in places)
    power = "" if exponent is None else f"{exponent:g}" if kind == "allowed" else f"{exponent:.2f}"
    x, y = places[-1]
    return Drawn(kind, corners, () if kind == "allowed" else places, power, x + 8, y + 4)


def _apart(lines: Sequence[Drawn]) -> Iterator[Drawn]:
    """Labels at the ends of lines that meet are moved down until they can be read."""
    lowest = HEIGHT - _BOTTOM + 4
    moved, last = {}, -math.inf
    for line in sorted(lines, key=lambda line: line.label_y):
        last = max(line.label_y, last + _LABEL_GAP)
        moved[line.kind] = last
    excess = max(0.0, last - lowest)
    return (replace(line, label_y=round(moved[line.kind] - excess, 1)) for line in lines)


def _region(axes: _Axes, limit: Sequence[tuple[int, float]]) -> str:
    if not limit:
        return ""
    floor = HEIGHT - _BOTTOM
    places = [axes.at(n, value) for n, value in limit]
    corners = [(places[0][0], floor), *places, (places[-1][0], floor)]
    return " ".join(f"{x:g},{y:g}" for x, y in corners)


def _x_ticks(axes: _Axes, curve: Curve) -> tuple[Tick, ...]:
    sizes = sorted({n for n, _ in (*curve.submission.points, *curve.reference.points)})
    step = math.ceil(len(sizes) / _MOST_TICKS)
    return tuple(Tick(axes.at(n, 1)[0], f"{n}") for n in sizes[::-1][::step])


def _y_ticks(axes: _Axes, quantity: str) -> tuple[Tick, ...]:
    """Powers of ten; where they are few, 2 and 5 times them, too; the middle where there are none of these either."""
    low, high = (value / math.log(10) for value in axes.y)
    for steps in ((1,), (1, 3), (1, 2, 5)):
        exponents = range(math.floor(low), math.ceil(high) + 1)
        values = [step * 10.0**e for e in exponents for step in steps if low <= math.log10(step * 10.0**e) <= high]
        if len(values) >= 3:
            break
    values = values or [10 ** ((low + high) / 2)]
    kept = values[:: math.ceil(len(values) / _MOST_TICKS)]
    return tuple(Tick(axes.at(1, value)[1], amount(quantity, value)) for value in kept)


def _rows(curve: Curve) -> Iterator[tuple[str, str, str]]:
    ours, reference = dict(curve.submission.points), dict(curve.reference.points)
    for n in sorted(ours.keys() | reference.keys()):
        told = [amount(curve.quantity, line[n]) if n in line else "–" for line in (ours, reference)]
        yield f"{n}", told[0], told[1]
