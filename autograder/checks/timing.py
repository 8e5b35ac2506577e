"""Is the submission fast enough? A paired ratio of CPU times, with a third answer.

The submission and the reference run in two fresh children (`checks/race.py`). PASS when the bound clears the threshold.
FAIL only when two fresh pairs of children agree, because drift between processes is larger than the noise within one.
Otherwise a third pair, and then INCONCLUSIVE, which costs no student points.

A child's clock does not see everything. What passes by it and yet does not look like its own work is INCONCLUSIVE, too
(`checks/race_audit.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autograder.checks.context import current
from autograder.checks.device_race import DeviceRace
from autograder.checks.held import held_first
from autograder.checks.outcome import Decided
from autograder.checks.race import Call, Prepare, Race
from autograder.course.verdict import Verdict

_FRESH_PAIRS = 3

_UNDECIDED = "The timing could not be decided on this machine; it costs you nothing, and a TA will look at it."


def faster_than(
    prepare: Prepare,
    call: Call,
    inputs: Callable[[], Any],
    *,
    speedup: float,
    against: str | Call | None = None,
    device: str | None = None,
) -> None:
    """Demand that the reference's CPU time over the submission's is at least `speedup`; 1/3: at most 3 times slower.

    `prepare(impl)` is not timed; `call(impl, state, x)` is, on a new `x = inputs()` each time. Raises Decided with
    FAIL or INCONCLUSIVE; also when an output that was timed is wrong.

    `against="full"` times the reference's function `full` in place of the reference: whatever function of the module
    `call` asks for, it gets that one, with the same arguments. Where its arguments are others, `against` is a call of
    its own: `lambda impl, state, x: impl.full(x)`. Outputs are still compared with what `call` returns on the
    reference: the baseline need not compute the same.

    `device="cuda"` makes both sides' calls on the GPU, with a cold cache, and times them by the grader's clock from the
    request until the whole device is done: checks/device_race.py says what is looked at beside that. `"cpu"` takes the
    same path without a GPU.
    """
    slow = 0
    for _ in range(_FRESH_PAIRS):
        race = _race(prepare, call, inputs, math.log(speedup), against, device)
        try:
            faster = held_first(race.run)
        finally:
            current().speedup = race.measured(speedup) or current().speedup
        if faster is True:
            if doubt := race.doubt():
                raise Decided(Verdict.INCONCLUSIVE, _UNDECIDED, detail=doubt)
            return
        slow += faster is False
        if slow == 2:
            raise Decided(Verdict.FAIL, _too_slow(speedup, against))
    raise Decided(Verdict.INCONCLUSIVE, _UNDECIDED)


def _too_slow(speedup: float, against: str | Call | None) -> str:
    if against is None:
        return f"It takes more than {1 / speedup:g} times the CPU time of the reference, in two fresh processes."
    baseline = f"`{against}`" if isinstance(against, str) else "what it is compared with"
    if speedup < 1:
        return f"It takes more than {1 / speedup:g} times the CPU time of {baseline}, in two fresh processes."
    return f"It is not {speedup:g} times as fast as {baseline} by CPU time, in two fresh processes."


def _race(
    prepare: Prepare,
    call: Call,
    inputs: Callable[[], Any],
    threshold: float,
    against: str | Call | None,
    device: str | None,
) -> Race:
    if device is None:
        return Race(prepare, call, inputs, threshold, against)
    return DeviceRace(prepare, call, inputs, threshold, against, device=device)
