"""Where two arrays differ, as a coarse picture."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from autograder.course.record import ErrorMap

_ROWS, _COLUMNS = 32, 64
_STEPS = (1.0, 10.0, 1e3, 1e6)
_NO_NUMBER = 5


def draw_error_map(
    name: str, expected: torch.Tensor, actual: torch.Tensor, allowed: float, axes: Sequence[str] = ()
) -> ErrorMap | None:
    """Error levels of `actual` against `expected` (same shape); None for scalars, which need no picture.

    The last axis runs along the columns, all others together along the rows; larger arrays are folded, each cell
    showing its worst element. `axes` are their names, by which numbers are given where there are none.
    """
    shape = tuple(expected.shape)
    if expected.numel() < 2:
        return None
    error = (actual - expected).abs() / max(allowed, torch.finfo(torch.float64).tiny)
    error = torch.where((expected == actual) | (expected.isnan() & actual.isnan()), torch.zeros_like(error), error)
    level = torch.zeros_like(error)
    for step in _STEPS:
        level += error > step
    level[~torch.isfinite(actual) & (error != 0)] = _NO_NUMBER
    level[error.isnan()] = _NO_NUMBER
    # Of a cell's elements the worst is shown with its own sign: one number holds both, and the largest wins.
    signed = (2 * level + (actual < expected)).reshape(-1, shape[-1])
    cells = [[divmod(int(v), 2) for v in row] for row in _fold(_fold(signed, _ROWS).T, _COLUMNS).T.tolist()]
    return ErrorMap(
        name=name,
        shape=shape,
        axes=_along(axes or [f"axis {k}" for k in range(len(shape))]),
        levels=tuple(tuple(level for level, _ in row) for row in cells),
        signs=tuple("".join(_sign(*cell) for cell in row) for row in cells),
    )


def _along(names: Sequence[str]) -> str:
    columns = f"columns: {names[-1]}"
    return f"rows: {' × '.join(names[:-1])} · {columns}" if len(names) > 1 else columns


def _sign(level: int, small: int) -> str:
    return " " if level in (0, _NO_NUMBER) else "−" if small else "+"


def _fold(rows: torch.Tensor, most: int) -> torch.Tensor:
    """At most `most` rows, each the maximum of the neighbours it stands for."""
    if rows.shape[0] <= most:
        return rows
    return torch.stack([group.amax(0) for group in rows.tensor_split(most)])
