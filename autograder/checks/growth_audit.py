"""What a growth that passes may hide: findings for a TA, never a verdict against a student.

Counts are taken where the submission runs, which may work elsewhere (NumPy, threads, processes), or say other numbers.
And an exponent tells how a cost grows, not how large it is: whoever does the work of the largest size at every size
grows like N⁰. Each audit compares with the reference, and those of time with others that stood in the same queue.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from autograder.checks.outcome import Decided
from autograder.checks.scaling import Scaling, Wait
from autograder.course.record import Quantity
from autograder.sandbox.faults import GraderFault, StudentFault

_UNSEEN = 0.2
"""By how much the exponent of CPU time may exceed every exponent that explains it; what is linear measures 0.6 to 1.0."""
_MOST_HELD = 64 * 2**20
"""Bytes beyond the reference's that may be held before a call: imports differ, workspaces are larger."""
_DEAR: dict[Quantity, float] = {"operations": 7.0, "largest": 16.0}
"""Counts at the largest size over the reference's. Seen of correct ones: 3 and 8; of all N² scores, N = 1024: from 13."""
_SLOW = 2.0
"""Who takes less than so many times the reference's CPU time at the largest size has no work to hide."""
BEYOND = 4
"""A size so many times the largest one: a square number stays one."""
_QUADRATIC = 2.0
_ABOVE = 0.3
_COUNTED: dict[Quantity, str] = {"operations": "its operations are", "largest": "its largest tensor is"}
_IDLE = 0.05
_LEAST_IDLE = 0.005
"""Seconds: frames and wake-ups take some of them."""


def growth_doubt(ours: Scaling, reference: Scaling, allowed: Mapping[Quantity, float]) -> str:
    """Why a pass is none yet, for staff; empty where nothing speaks against it."""
    audits = (_helpers, _held, _dear, _uncounted, _grows_later, _waits)
    return next((told for audit in audits if (told := audit(ours, reference, allowed))), "")


def _helpers(ours: Scaling, reference: Scaling, allowed: Mapping[Quantity, float]) -> str:
    if ours.has_helpers and not reference.has_helpers:
        return "It started processes: what they use is not in its own clock and memory."
    return ""


def _held(ours: Scaling, reference: Scaling, allowed: Mapping[Quantity, float]) -> str:
    held = ours.held - reference.held
    if "memory" not in allowed or held <= _MOST_HELD:
        return ""
    return (
        f"Before the call it held {held / 2**20:.0f} MB more than the reference: memory that it only uses in the "
        "call does not count as the call's."
    )


def _dear(ours: Scaling, reference: Scaling, allowed: Mapping[Quantity, float]) -> str:
    """Work that grows slowly because there is as much at the small sizes."""
    for quantity, words in _COUNTED.items():
        if quantity not in allowed:
            continue
        most = ours.sizes[-1]
        factor = ours.points[quantity][most] / max(reference.points[quantity][most], 1.0)
        if factor > _DEAR[quantity]:
            return (
                f"At N = {most} {words} {factor:.0f} times the reference's: a cost can be made to grow slowly by work "
                "at the small sizes."
            )
    return ""


def _uncounted(ours: Scaling, reference: Scaling, allowed: Mapping[Quantity, float]) -> str:
    if "operations" not in allowed or not _unexplained(ours, reference, allowed["operations"]):
        return ""
    ours.time(again=True)
    if not _unexplained(ours, reference, allowed["operations"]):
        return ""
    return _nowhere_counted(ours.exponent("seconds") or 0.0, ours)


def _unexplained(ours: Scaling, reference: Scaling, limit: float) -> bool:
    found = ours.exponent("seconds") or 0.0
    return found > max(limit, ours.exponent("operations") or 0.0, reference.exponent("seconds") or 0.0) + _UNSEEN


def _nowhere_counted(seconds: float, ours: Scaling) -> str:
    return (
        f"Its CPU time grows like N^{seconds:.2f}, its counted operations like "
        f"N^{ours.exponent('operations') or 0:.2f}: it works where nothing is counted (NumPy, threads)."
    )


# ── at larger sizes ──────────────────────────────────────────────────────────────────────────────────────────────────


def _grows_later(ours: Scaling, reference: Scaling, allowed: Mapping[Quantity, float]) -> str:
    """CPU time from the largest size to one beyond, where N² is seen better; for who is slow, and twice."""
    limit = allowed.get("operations", _QUADRATIC)
    if limit >= _QUADRATIC or not _slower(ours, reference, _SLOW):
        return ""
    try:
        explained = reference.later(BEYOND)
    except Exception:  # the test's inputs are for its own sizes, or this machine has no room
        return ""
    most = max((limit + _QUADRATIC) / 2, explained + _ABOVE)
    found = math.inf
    for _ in range(2):
        try:
            found = min(found, ours.later(BEYOND))
        except GraderFault:
            return ""
        except (StudentFault, Decided) as fault:
            return f"At N = {BEYOND * ours.sizes[-1]}, where nothing is asked and the reference answers: {fault}"
        if found <= most:
            return ""
    return _nowhere_counted(found, ours)


def _slower(ours: Scaling, reference: Scaling, factor: float) -> bool:
    most = ours.sizes[-1]
    return ours.points["seconds"][most] > factor * reference.points["seconds"][most]


# ── waiting ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _waits(ours: Scaling, reference: Scaling, allowed: Mapping[Quantity, float]) -> str:
    """Answers that are late though it does not work: somebody else may. Unless others have the processor."""
    usual = max((wait.part for wait in reference.waits), default=0.0)

    def explained(wait: Wait, queue: float) -> bool:
        return wait.idle <= _LEAST_IDLE or wait.part <= max(usual, queue) + _IDLE

    if not ours.waits or explained(min(ours.waits), 0.0):
        return ""
    try:
        shortest, queue = ours.shortest_wait(explained)
    except (GraderFault, StudentFault, Decided):
        return ""
    if explained(shortest, queue):
        return ""
    return (
        f"For {100 * shortest.part:.0f}% of the time of its answers it does not work, and nobody else has the processor: "
        "another process may do the work, or it sleeps."
    )
