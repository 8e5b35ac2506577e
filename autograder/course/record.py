"""The base of everything that is written into a result, and what pictures are drawn from."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Quantity = Literal["operations", "largest", "memory", "seconds", "error"]


class Record(BaseModel):
    """A part of result.json; non-finite numbers never get in."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null", allow_inf_nan=False)


class ErrorMap(Record):
    """Where in an array the submission is off, coarse enough to give no value away.

    `levels[r][c]` is 0 within tolerance, 1 up to 10 tolerances, 2 up to 10³, 3 up to 10⁶, 4 beyond,
    5 NaN or infinite. Arrays are folded to at most 32 × 64 cells, each showing its worst element.
    """

    name: str
    """Which value: `h`, `gradient of W_ih`."""
    shape: tuple[int, ...]
    axes: str = ""
    """What rows and columns of the picture are: `rows: T × B · columns: H`."""
    levels: tuple[tuple[int, ...], ...]
    signs: tuple[str, ...] = ()
    """One character a cell: `+` too large, `−` too small, a space where that says nothing."""


class Line(Record):
    """What one implementation took at each size, and the exponent p of c·Nᵖ that fits it."""

    points: tuple[tuple[int, float], ...] = ()
    """(size, value), by growing size; of two digits where the submission tells the value. Fewer where it was stopped."""
    exponent: float | None = None


class Curve(Record):
    """How a quantity changes with a size: that of the input N, or another number that `over` names.

    `operations` are multiplications, additions and elements of one call; `largest` and `memory` are bytes; `seconds`
    are of CPU time; `error` is the root mean square of what a result is off, over that of the exact one.
    """

    quantity: Quantity
    over: str = "N"
    """What the size is: `N`, or a word such as `features`."""
    allowed: float | None = None
    """The largest exponent that passes; None for what is shown and not judged."""
    submission: Line
    reference: Line


class Pattern(Record):
    """Which keys j each position i attends to, as the submission itself says.

    One text a row i, one character a key j: `#` attends, `.` does not; where it is known what is right, `+` should not
    be attended to and `-` is missing.
    """

    name: str
    rows: tuple[str, ...]


class Speedup(Record):
    """How many times as fast as the baseline, by CPU time: what was asked, and the median that was measured last."""

    asked: float
    measured: float
    """Of two digits: a submission chooses how long it takes."""
