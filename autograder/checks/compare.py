"""The check that most hidden tests are: the submission against the oracle, and the mistakes when it disagrees."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch

from autograder.checks.comparison import Problem, agree, arrays_of, first_problem
from autograder.checks.context import Context, Mistake, current, in_numpy
from autograder.checks.implementation import FLOATS, Implementation
from autograder.checks.observe import Expected, Observation, expectation, on_submission
from autograder.checks.outcome import Decided
from autograder.checks.tolerance import Tolerance, earn
from autograder.course.verdict import Verdict
from autograder.sandbox.faults import StudentFault

_MOST_REMEMBERED = 2**20
"""Bytes that a mistake's observation may take to be kept for the next submission."""


def compare(
    observe: Observation,
    *,
    oracle: Observation | None = None,
    dtypes: tuple[str, ...] = ("float64", "float32"),
) -> None:
    """Observe the submission and the reference, and demand equal values within the earned tolerance.

    The oracle is the reference in float64, or `oracle(reference)`. `dtypes` are tried in order: a difference in the
    first is FAIL, and the mistakes of this criterion are tried for one that explains it; a difference only later is
    UNSTABLE.
    """
    expected = expectation(observe, oracle, dtypes)
    current().overlaps.extend(expected.overlaps)
    for index, name in enumerate(dtypes):
        dtype = FLOATS[name]
        try:
            actual = on_submission(observe, dtype, expected.calls)
        except (StudentFault, Decided) as fault:
            raise _with_dtype(fault, name, index) from fault
        # NumPy has no default dtype that could be set to the observation's: who makes float64 arrays loses the criterion
        # about dtypes and no other.
        strict = not in_numpy()
        problem = first_problem(expected.value, actual, expected.tolerances[name], dtype, check_dtype=strict)
        if problem is not None:
            raise _decide(observe, expected, actual, problem, name, index)


def _with_dtype(fault: StudentFault | Decided, name: str, index: int) -> Exception:
    """A fault that shows only in a later dtype says so."""
    if index == 0:
        return fault
    message = f"With {name} inputs (float64 ones are fine): {fault.message}"
    if isinstance(fault, StudentFault):
        return fault.told(message)
    return Decided(fault.verdict, message, detail=fault.detail)


def _decide(observe: Observation, expected: Expected, actual: Any, problem: Problem, name: str, index: int) -> Decided:
    mistake = explaining_mistake(observe, actual, name, expected)
    verdict = Verdict.UNSTABLE if index > 0 and problem.numeric else Verdict.FAIL
    message = problem.message
    if index > 0:
        message = f"Right in {'float64' if index == 1 else 'wider dtypes'}, but not in {name}: {message}"
    return Decided(
        verdict,
        message,
        hint=mistake.hint if mistake else "",
        mistake=mistake.name if mistake else None,
        error_map=problem.error_map,
    )


def explaining_mistake(
    observe: Observation, actual: Any, dtype: str, expected: Expected | None = None
) -> Mistake | None:
    """The mistake of this criterion whose observation equals `actual` to within rounding; None if there is none.

    Rounding is what the tolerances of `expected` allow; without them, a few units in the last place of each array.
    `observe` depends on the implementation and on what was drawn, and on no answer of the submission: what it sees of
    a mistake is kept for the next one.
    """
    context = current()
    tolerances = expected.tolerances[dtype] if expected else []
    for mistake in context.mistakes:
        if context.criterion not in mistake.loses:
            continue
        seen = _remembered(context, mistake, observe, dtype)
        if seen is not None and _same(seen.value, actual, tolerances, FLOATS[dtype]):
            return mistake
    return None


class _Seen(NamedTuple):
    """What a mistake returned."""

    value: Any


def _seen(mistake: Mistake, observe: Observation, dtype: str) -> _Seen | None:
    """None for a mistake that crashes on this observation: it explains nothing here."""
    try:
        return _Seen(observe(Implementation(mistake.start(), FLOATS[dtype])))
    except Exception:
        return None


def _remembered(context: Context, mistake: Mistake, observe: Observation, dtype: str) -> _Seen | None:
    place = (context.test, context.observations, getattr(observe, "__code__", observe))
    key = (*place, context.draws.initial_seed(), dtype, "mistake", mistake.name)
    if key in context.reference_cache:
        kept: _Seen | None = context.reference_cache[key]
        return kept
    seen = _seen(mistake, observe, dtype)
    if seen is None or sum(array.nbytes for array in arrays_of(seen.value)) <= _MOST_REMEMBERED:
        context.reference_cache[key] = seen
    return seen


def _same(value: Any, actual: Any, tolerances: list[Tolerance], dtype: torch.dtype) -> bool:
    arrays = arrays_of(value)
    if len(tolerances) != len(arrays):
        tolerances = earn([array.to(torch.float64) for array in arrays], [])
    return agree(value, actual, tolerances, dtype)
