"""Does the submission's cost grow with its input as the assignment allows? Exponents, gate after gate.

    right at these sizes → operations → largest tensor → memory → CPU time

The first gate that fails decides. Counts are exact and are taken once; a FAIL by what is measured needs two
measurements in fresh children that agree. What passes and does not fit what is seen from outside is left to a TA
(`checks/growth_audit.py`).

The reference is measured in the same way. Where it misses a limit itself nobody is graded: the assignment is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograder.checks.context import current
from autograder.checks.growth_audit import growth_doubt
from autograder.checks.outcome import Decided
from autograder.checks.scaling import Call, Scaling
from autograder.course.record import Curve, Quantity
from autograder.course.verdict import Verdict
from autograder.sandbox.faults import GraderFault

_SUBJECT: dict[Quantity, str] = {
    "operations": "its number of operations grows",
    "largest": "its largest tensor grows",
    "memory": "its memory grows",
    "seconds": "its CPU time grows",
}
LEAST_SIZES = 4
_MEASUREMENTS = 2
_UNDECIDED = "How it grows could not be decided here; it costs you nothing, and a TA will look at it."


def growth(
    call: Call,
    inputs: Callable[[int], Any],
    sizes: Sequence[int],
    *,
    operations: float | None = None,
    largest: float | None = None,
    memory: float | None = None,
    seconds: float | None = None,
    device: str | None = None,
) -> None:
    """Demand that costs grow at most like Nᵖ, from the smallest of `sizes` N to the largest.

    `call(impl, x)` makes one call and returns its output; `x = inputs(n)` is drawn anew for each. The keywords are the
    largest exponents p that pass: of `operations` (multiplications, additions, elements), of the `largest` tensor, of
    the peak of `memory` beyond what a call starts with, of CPU `seconds`. Raises Decided with FAIL or INCONCLUSIVE,
    StudentFault (TIMEOUT, MEMORY, …) with the size in its message, and GraderFault where the reference misses a limit.

    With `device="cuda"` memory is the device's, and seconds are the grader's clock until the whole device is done.
    """
    given: dict[Quantity, float | None] = {
        "operations": operations, "largest": largest, "memory": memory, "seconds": seconds,
    }  # fmt: skip
    allowed = {quantity: limit for quantity, limit in given.items() if limit is not None}
    sizes = sorted(set(sizes))
    if len(sizes) < LEAST_SIZES or not allowed:
        raise ValueError(f"growth needs {LEAST_SIZES} different sizes and a limit")
    if device == "cpu" and memory is not None:
        raise ValueError("memory on the host is measured from outside: leave device= out")
    reference = _reference(Scaling(call, inputs, sizes, ours=False, device=device), allowed)
    ours = Scaling(call, inputs, sizes, ours=True, device=device)
    try:
        ours.answer(count=_counted(allowed))
        excess = _first_excess(ours, allowed)
        if excess is not None:
            raise Decided(Verdict.FAIL, _sentence(ours, excess, allowed[excess]))
        doubt = growth_doubt(ours, reference, allowed)
        if doubt:
            raise Decided(Verdict.INCONCLUSIVE, _UNDECIDED, detail=doubt)
    finally:
        current().curves.extend(_curves(ours, reference, allowed))


def _reference(scaling: Scaling, allowed: dict[Quantity, float]) -> Scaling:
    """The reference, measured once for every submission. Raises GraderFault where it misses a limit."""
    context = current()
    context.observations += 1
    key = (context.test, context.observations, "growth", scaling.sizes, scaling.device, tuple(allowed.items()))
    if key not in context.reference_cache:
        scaling.answer(count=_counted(allowed))
        excess = _first_excess(scaling, allowed)
        if excess is not None:
            told = _sentence(scaling, excess, allowed[excess])
            raise GraderFault(f"the assignment's own reference misses the limit {excess}={allowed[excess]:g}: {told}")
        context.reference_cache[key] = scaling
    found: Scaling = context.reference_cache[key]
    return found


# ── gates ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _counted(allowed: dict[Quantity, float]) -> bool:
    return "operations" in allowed or "largest" in allowed


def _first_excess(scaling: Scaling, allowed: dict[Quantity, float]) -> Quantity | None:
    """The first quantity that grows faster than allowed, in the order of the gates."""
    for quantity, limit in allowed.items():
        if quantity in ("operations", "largest"):
            if _over(scaling, quantity, limit):
                return quantity
        elif _agreed(scaling, quantity, limit):
            return quantity
    return None


def _agreed(scaling: Scaling, quantity: Quantity, limit: float) -> bool:
    """Whether two measurements are both over the limit."""
    for attempt in range(_MEASUREMENTS):
        if quantity == "memory":
            scaling.weigh()
        else:
            scaling.time(again=attempt > 0)
        if not _over(scaling, quantity, limit):
            return False
    return True


def _over(scaling: Scaling, quantity: Quantity, limit: float) -> bool:
    found = scaling.exponent(quantity)
    return found is not None and found > limit


def _sentence(scaling: Scaling, quantity: Quantity, limit: float) -> str:
    sizes = scaling.sizes
    found = scaling.exponent(quantity) or 0.0
    return f"From N = {sizes[0]} to {sizes[-1]} {_SUBJECT[quantity]} like N^{found:.2f}; N^{limit:g} is allowed."


# ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────────


def _curves(ours: Scaling, reference: Scaling, allowed: dict[Quantity, float]) -> list[Curve]:
    """What is shown: everything that is judged, in the order of the gates, and CPU time in any case."""
    shown: list[Quantity] = [*allowed, *(() if "seconds" in allowed else ("seconds",))]
    return [
        Curve(quantity=one, allowed=allowed.get(one), submission=ours.line(one), reference=reference.line(one))
        for one in shown
        if ours.points.get(one)
    ]
