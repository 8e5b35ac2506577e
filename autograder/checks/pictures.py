"""What a test shows beside its verdict: what is attended to, and how an error falls. Neither decides anything."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch

from autograder.checks.context import current
from autograder.checks.implementation import Implementation
from autograder.checks.observe import observed
from autograder.checks.slope import exponent
from autograder.course.record import Curve, Line, Pattern

MOST_POSITIONS = 32
"""More would be too small to read; a test chooses what it shows."""


def show_pattern(name: str, call: Callable[[Any], Any], right: torch.Tensor | None = None) -> None:
    """Draw the pattern bool[N,N] that `call(impl)` returns, with what is wrong in it where `right` [N,N] is given.

    Raises Decided when it has another structure than the reference's, StudentFault when the call fails, and
    ValueError where the reference's pattern is larger than can be drawn.
    """
    own = observed(call) != 0
    if len(own) > MOST_POSITIONS:
        raise ValueError(f"a pattern of more than {MOST_POSITIONS} positions is too small to read")
    wanted = own if right is None else right
    marks = [
        "".join(_MARKS[bool(a), bool(b)] for a, b in zip(row, want, strict=True))
        for row, want in zip(own.tolist(), wanted.tolist(), strict=True)
    ]
    current().patterns.append(Pattern(name=name, rows=tuple(marks)))


_MARKS = {(True, True): "#", (False, False): ".", (True, False): "+", (False, True): "-"}
"""(attends, should attend) → character."""


def show_error(call: Callable[[Any, int], Any], exact: torch.Tensor, settings: Sequence[int], *, over: str) -> None:
    """Draw how far `call(impl, m)` is from `exact` for each m of `settings`, which `over` names: `features`, `rounds`.

    The figure is the root mean square of the difference over that of `exact`, in float64, beside the reference's.
    What is not finite is left out. Raises Decided when a result has another shape than the reference's, and
    StudentFault when a call fails.
    """
    context = current()
    context.observations += 1
    key = (context.test, context.observations, "error", tuple(settings))
    if key not in context.reference_cache:
        reference = Implementation(context.reference, torch.float64)
        context.reference_cache[key] = _line({m: _error(call(reference, m), exact) for m in settings})

    def seen(m: int) -> torch.Tensor:
        found: torch.Tensor = observed(lambda impl: call(impl, m), "float64")
        return found

    ours = {m: _error(seen(m), exact) for m in settings}
    curve = Curve(quantity="error", over=over, submission=_line(ours), reference=context.reference_cache[key])
    context.curves.append(curve)


def _error(value: torch.Tensor, exact: torch.Tensor) -> float | None:
    off = float(((value.double() - exact).square().mean() / exact.square().mean()).sqrt())
    return off if 0.0 < off < math.inf else None


def _line(errors: dict[int, float | None]) -> Line:
    """Two digits, as of every cost: a submission chooses its errors."""
    points = {m: float(f"{error:.2g}") for m, error in errors.items() if error is not None}
    found = exponent(points)
    return Line(points=tuple(sorted(points.items())), exponent=None if found is None else round(found, 2))
