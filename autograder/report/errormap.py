"""The figure of where an array is off: picture, words and table of one ErrorMap."""

from __future__ import annotations

import math
from dataclasses import dataclass

from autograder.grading.result import ErrorMap
from autograder.report.wording import printable

LEVELS = (
    ("·", "within tolerance"),
    ("1", "up to 10 tolerances off"),
    ("2", "up to 10³ tolerances off"),
    ("3", "up to 10⁶ tolerances off"),
    ("4", "further off"),
    ("5", "NaN or infinite"),
)
"""Mark and meaning of each level, as ErrorMap numbers them."""

CELL = 20
# Wider than this, marks inside the cells are too small to read on a phone; the table still counts them.
MARKED_COLUMNS = 16


@dataclass(frozen=True)
class Square:
    """One cell of the picture, in SVG units; `mark` is empty where it would be too small to read."""

    x: int
    y: int
    level: int
    mark: str


@dataclass(frozen=True)
class Figure:
    """All that a page needs to draw and describe an error map."""

    name: str
    width: int
    height: int
    pixels: int
    """Widest sensible rendering, so that a tiny map does not fill the page."""
    rows: str
    columns: str
    squares: tuple[Square, ...]
    counts: tuple[tuple[int, str, str, int], ...]
    """(level, mark, meaning, number of cells), for all six levels."""
    description: str
    note: str


def figure(error_map: ErrorMap) -> Figure | None:
    """The figure of `error_map`; None when it has no cells."""
    grid = [[min(max(level, 0), 5) for level in row] for row in error_map.levels]
    width = max((len(row) for row in grid), default=0)
    if not width:
        return None
    rows, columns = axis_names(error_map.axes)
    flat = [level for row in grid for level in row]
    return Figure(
        name=printable(error_map.name),
        width=width * CELL,
        height=len(grid) * CELL,
        pixels=min(width * (28 if width <= MARKED_COLUMNS else 11), 640),
        rows=_axis(rows, len(grid), _folded(error_map)),
        columns=_axis(columns, width, _folded(error_map)),
        squares=_squares(grid, error_map.signs, marked=width <= MARKED_COLUMNS),
        counts=tuple((n, mark, meaning, flat.count(n)) for n, (mark, meaning) in enumerate(LEVELS)),
        description=describe(error_map),
        note=_note(error_map),
    )


def axis_names(axes: str) -> tuple[str, str]:
    """(rows, columns) of `rows: batch · columns: hidden unit`; the words themselves where none is named."""
    named = {"rows": "rows", "columns": "columns"}
    for part in printable(axes).split("·"):
        side, colon, name = part.partition(":")
        if colon and side.strip() in named and name.strip():
            named[side.strip()] = name.strip()
    return named["rows"], named["columns"]


def _axis(name: str, count: int, folded: bool) -> str:
    if count == 1:
        return name
    return f"{name} ({count} cells)" if folded else f"{name} (0–{count - 1})"


def describe(error_map: ErrorMap) -> str:
    """One or two sentences that say what the picture shows; indices count from 0."""
    grid = error_map.levels
    total = sum(len(row) for row in grid)
    off = [(r, c) for r, row in enumerate(grid) for c, level in enumerate(row) if level > 0]
    name, shape = printable(error_map.name), " × ".join(map(str, error_map.shape)) or "a single number"
    head = f"{name} ({shape}): {len(off)} of {total} cells are off"
    tail = _direction(error_map.signs)
    if not off or total == 1:
        return f"{head}{tail}."
    rows, columns = axis_names(error_map.axes)
    width = max(len(row) for row in grid)
    folded = _folded(error_map)
    places = [
        _extent({r for r, _ in off}, len(grid), rows, folded),
        _extent({c for _, c in off}, width, columns, folded),
    ]
    # The narrow place first: "at batch 1-3, everywhere along hidden unit".
    told = sorted((place for place in places if place), key=lambda place: place.startswith("everywhere"))
    return f"{head}: {', '.join(told)}{tail}."


def _direction(signs: tuple[str, ...]) -> str:
    """`; 3 too large, 5 too small`; empty where no cell says."""
    flat = "".join(signs)
    counts = {"too large": flat.count("+"), "too small": flat.count("−")}
    told = [f"{count} {words}" for words, count in counts.items() if count]
    return f"; {', '.join(told)}" if told else ""


def _folded(error_map: ErrorMap) -> bool:
    return math.prod(error_map.shape) > sum(len(row) for row in error_map.levels)


def _extent(indices: set[int], count: int, name: str, folded: bool) -> str:
    """`at hidden unit 2–4, 6`, `everywhere along batch`; empty for an axis of length one."""
    if count == 1:
        return ""
    if len(indices) == count:
        return f"everywhere along {name}"
    told = ranges(sorted(indices))
    return f"in cells {told} of {count} along {name}" if folded else f"at {name} {told}"


def ranges(indices: list[int]) -> str:
    """`0, 2–4, 9`: runs of neighbours joined; after six runs the rest is left to the picture."""
    runs: list[list[int]] = []
    for index in indices:
        if runs and index == runs[-1][1] + 1:
            runs[-1][1] = index
        else:
            runs.append([index, index])
    text = [str(a) if a == b else f"{a}–{b}" for a, b in runs]
    return ", ".join(text[:6]) + (" and further" if len(text) > 6 else "")


def _squares(grid: list[list[int]], signs: tuple[str, ...], *, marked: bool) -> tuple[Square, ...]:
    def mark(r: int, c: int, level: int) -> str:
        sign = signs[r][c : c + 1] if r < len(signs) else ""
        return f"{sign if sign in ('+', '−') else ''}{LEVELS[level][0]}"

    return tuple(
        Square(c * CELL, r * CELL, level, mark(r, c, level) if marked else "")
        for r, row in enumerate(grid)
        for c, level in enumerate(row)
    )


def _note(error_map: ErrorMap) -> str:
    told = []
    if _direction(error_map.signs):
        told.append("+ is too large, − too small.")
    if _folded(error_map):
        size, cells = math.prod(error_map.shape), sum(len(row) for row in error_map.levels)
        told.append(f"{size} values are folded into {cells} cells; each cell shows its worst value.")
    return " ".join(told)
