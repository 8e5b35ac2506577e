"""Make an observation: on the submission, on the reference, on a mistake."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch

from autograder.checks import tolerance
from autograder.checks.comparison import arrays_of
from autograder.checks.context import Context, current
from autograder.checks.implementation import FLOATS, Implementation
from autograder.checks.outcome import Decided
from autograder.checks.tolerance import Tolerance
from autograder.course.verdict import Verdict
from autograder.sandbox.faults import GraderFault, StudentFault

Observation = Callable[[Implementation], Any]

NEVER_THEIRS = (Decided, StudentFault, GraderFault, OSError, MemoryError)
"""What a return value of the wrong structure cannot cause: decided already, or this machine's own trouble."""


@dataclass(frozen=True)
class Expected:
    """What the oracle says about one observation, and how far off one may be."""

    value: Any
    tolerances: dict[str, list[Tolerance]]
    """By dtype, in the order of `arrays_of(value)`."""
    calls: list[tuple[str, str]]
    """(name, structure of its return value) of every call the observation made on the reference."""
    overlaps: tuple[str, ...] = ()
    """Dtypes whose tolerance is above what the next lower precision errs, as sentences for staff; while proving."""


def expectation(observe: Observation, oracle: Observation | None, dtypes: tuple[str, ...]) -> Expected:
    """Observe the reference in float64 and earn a tolerance; cached, for it is the same for every submission."""
    context = current()
    context.observations += 1
    key = (context.test, context.observations, context.draws.initial_seed(), dtypes)
    if key not in context.reference_cache:
        context.reference_cache[key] = _expect(context, observe, oracle, dtypes)
    expected: Expected = context.reference_cache[key]
    return expected


def _expect(context: Context, observe: Observation, oracle: Observation | None, dtypes: tuple[str, ...]) -> Expected:
    exact = Implementation(context.reference, torch.float64)
    seen = observe(exact)
    value = seen if oracle is None else oracle(Implementation(context.reference, torch.float64))
    arrays = arrays_of(value)
    earned: dict[str, list[Tolerance]] = {}
    for name in dtypes:
        dtype = torch.float32 if name == "float64" else FLOATS[name]
        runs = _runs(context, observe, dtype)
        if any([tuple(a.shape) for a in run] != [tuple(a.shape) for a in arrays] for run in runs):
            raise GraderFault("the oracle and the reference return arrays of different shapes")
        earned[name] = tolerance.earn(arrays, runs, dtype)
    overlaps = _overlaps(observe, context, arrays, earned) if context.proving else ()
    return Expected(value, earned, exact._calls, overlaps)


def _overlaps(
    observe: Observation, context: Context, arrays: list[torch.Tensor], earned: dict[str, list[Tolerance]]
) -> tuple[str, ...]:
    found = []
    for name, tolerances in earned.items():
        dtype = FLOATS[name]
        if dtype not in tolerance.NEXT_LOWER:
            continue
        bits = tolerance.NEXT_LOWER[dtype]
        low = Implementation(context.reference, torch.float64, perturb=partial(tolerance.rounded, bits=bits))
        seen = arrays_of(observe(low))
        if [tuple(a.shape) for a in seen] != [tuple(a.shape) for a in arrays]:
            continue  # a shape that hangs on the numbers tells them apart
        near = tolerance.overlap(arrays, seen, tolerances, dtype)
        if near is not None:
            lower = "float32" if dtype is torch.float64 else "half precision"
            allowed, error = near
            found.append(
                f"{name} may be off by {allowed:.0e} of the largest magnitude, and with {lower} it is off by {error:.0e}"
            )
    return tuple(found)


def _runs(context: Context, observe: Observation, dtype: torch.dtype) -> list[list[torch.Tensor]]:
    """The reference's arrays in `dtype`: one plain run, and the perturbed ones."""
    key = (context.test, context.observations, context.draws.initial_seed(), dtype, "runs")
    if key not in context.reference_cache:
        plain = Implementation(context.reference, dtype)
        moved = [
            Implementation(context.reference, dtype, perturb=tolerance.one_ulp(dtype, index))
            for index in range(tolerance.PERTURBED_RUNS)
        ]
        context.reference_cache[key] = [arrays_of(observe(impl)) for impl in (plain, *moved)]
    runs: list[list[torch.Tensor]] = context.reference_cache[key]
    return runs


def on_submission(observe: Observation, dtype: torch.dtype, calls: list[tuple[str, str]], **options: Any) -> Any:
    """Observe the submission.

    The observation ran on the reference, so an exception in it that is no fault of the child's comes from a return
    value of another structure; it is the submission's, and told as such.
    """
    impl = Implementation(current().submission, dtype, **options)
    try:
        return observe(impl)
    except NEVER_THEIRS:
        raise
    except Exception as error:
        raise Decided(Verdict.FAIL, structure_message(impl._calls, calls), detail=repr(error)) from error


def structure_message(seen: list[tuple[str, str]], wanted: list[tuple[str, str]]) -> str:
    """What the submission's calls returned, where the reference's return something else; by structure alone."""
    for (name, got), (_, want) in zip(seen, wanted, strict=False):
        if got != want and got.replace("[", "(").replace("]", ")") != want:
            return f"`{name}` returned {got}, where {want} is expected."
    return "Something was returned that cannot be used as the assignment says."


def observed(observe: Observation, dtype: str = "float32", **options: Any) -> Any:
    """What the submission returns, in `dtype`, once its structure and shapes are those of the reference.

    For properties that are then checked with `require` and `close`. Raises Decided when the structure is another.
    """
    context = current()
    context.observations += 1
    key = (context.test, context.observations, context.draws.initial_seed(), dtype, "structure")
    if key not in context.reference_cache:
        reference = Implementation(context.reference, FLOATS[dtype])
        value = observe(reference)
        context.reference_cache[key] = (value, reference._calls)
    expected, calls = context.reference_cache[key]
    actual = on_submission(observe, FLOATS[dtype], calls, **options)
    require_structure(expected, actual, FLOATS[dtype])
    return actual


def require_structure(expected: Any, actual: Any, dtype: torch.dtype) -> None:
    """Raise Decided unless `actual` has the structure, shapes and kinds of `expected`; values are not looked at."""
    from autograder.checks.comparison import first_problem

    anything = [Tolerance(1.0, float("inf")) for _ in arrays_of(expected)]
    problem = first_problem(expected, actual, anything, dtype, check_dtype=False)
    if problem is not None and not problem.numeric:
        raise Decided(Verdict.FAIL, problem.message)
