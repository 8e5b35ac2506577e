"""What a child's own clock does not see in a race: findings for a TA, never a verdict against a student.

A submission may be fast by its clock because another process did the work, or because it held up the baseline. Each
audit compares it with the reference, whose calls stood in the same queue, so that a busy machine is no finding.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from autograder.checks.comparison import arrays_of

_IDLE = 0.05
"""Part of an answer's time that may go by without the submission's or the reference's kind of reason."""
_MEANWHILE = 0.1
"""CPU time of the submission during the baseline's calls, over the baseline's; what follows an answer is less."""
_LEAST_MEANWHILE = 0.01
_PASS = 0.25
"""Half of a copy in float32: what crosses is half as wide as the float64 that is drawn."""
_LEAST_PASSED = 2**16
"""Bytes; below, a pass over them is nothing to compare with."""

HELPERS = "It started processes: their work is not on its own clock."
DISTURBED = "It worked while the baseline was timed, which makes the baseline slow."
ELSEWHERE = (
    "By the clock of its process it is fast enough, but its answers took much longer than that: another process may have "
    "done the work, or it sleeps."
)
TOO_GOOD = "By its clock it needed less than one pass over its inputs and outputs costs: somebody else does the work."


class Taken(NamedTuple):
    """What one call took, in seconds."""

    cpu: float
    wall: float

    @property
    def idle(self) -> float:
        return max(0.0, self.wall - self.cpu)


class Pair(NamedTuple):
    """One call of each side on the same input."""

    ours: Taken
    reference: Taken
    meanwhile: float = 0.0
    """CPU seconds of the submission while the reference was timed."""
    one_pass: float = 0.0
    """CPU seconds that reading the input and writing the output takes at least."""


def race_doubt(pairs: Sequence[Pair], threshold: float, *, has_helpers: bool) -> str:
    """Why a pass is none yet, for staff; empty where nothing speaks against it. `threshold`: of the log ratio."""
    if has_helpers:
        return HELPERS
    if _disturbed(pairs):
        return DISTURBED
    if _waited(pairs, threshold):
        return ELSEWHERE
    if statistics.median(pair.ours.cpu for pair in pairs) < min(pair.one_pass for pair in pairs):
        return TOO_GOOD
    return ""


def pass_seconds(clock: Callable[[], float], *values: Any) -> float:
    """What part of a copy of all arrays in `values` takes on `clock`: a child cannot read and answer for less."""
    arrays = [array for value in values for array in arrays_of(value)]
    if sum(array.nbytes for array in arrays) < _LEAST_PASSED:
        return 0.0
    began = clock()
    for array in arrays:
        array.clone()
    return _PASS * (clock() - began)


def _disturbed(pairs: Sequence[Pair]) -> bool:
    meanwhile, timed = sum(pair.meanwhile for pair in pairs), sum(pair.reference.cpu for pair in pairs)
    return meanwhile > max(_LEAST_MEANWHILE, _MEANWHILE * timed)


def _waited(pairs: Sequence[Pair], threshold: float) -> bool:
    """Whether answers wait for what neither the submission's work nor a queue explains, and hang on that.

    Others on the machine delay some calls, whoever works longer more; a helper delays all of them. So the shorter
    waits of the submission are compared with the longer ones of the reference, for each second of work.
    """
    ours, reference = [pair.ours for pair in pairs], [pair.reference for pair in pairs]
    work = statistics.median(one.cpu for one in ours)
    queue = _quartile([one.idle for one in reference], 3)
    share = _quartile([one.idle / one.cpu for one in reference], 3)
    excess = _quartile([one.idle for one in ours], 1) - max(queue, share * work)
    if excess <= _IDLE * statistics.median(one.wall for one in ours):
        return False
    return math.log(statistics.median(one.cpu for one in reference) / (work + excess)) < threshold


def _quartile(values: list[float], which: int) -> float:
    return statistics.quantiles(values, n=4)[which - 1]
