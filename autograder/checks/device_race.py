"""A race on a GPU: the same pairs, looks and decisions as on the processor, with another clock and other audits.

The clock is the grader's own, from the request until the child has waited for the whole device. The child's process
clock says nothing of a GPU, and events on the device are told by a process in which the submission could have changed
them: they are compared with the grader's clock, and decide nothing by themselves. Arguments are on the device before
the clock starts, and results are fetched after it has stopped; work that is left for the fetch makes that one long.
"""

from __future__ import annotations

import math
import statistics
from typing import Any

import torch

from autograder.checks.implementation import Implementation, Launch
from autograder.checks.race import Race
from autograder.checks.race_audit import HELPERS, Taken

_APART = 0.25
"""Part of a call's time by which the device's clock and the grader's may differ, beyond the round trip of a request."""
_ROUND_TRIP = 2e-3
"""Seconds. A request without tensors takes 0.3 ms here (benchmarks/remote_call.py), and more on a busy machine."""

CLOCKS_DIFFER = "The device's events and the grader's clock do not agree on how long its calls took."
LEFT_FOR_LATER = "Its results took much longer to fetch than the baseline's: work was left for after the clock stopped."


class DeviceRace(Race):
    """One pair of children, timed against each other on a device."""

    def __init__(self, *arguments: Any, device: str) -> None:
        super().__init__(*arguments)
        self.device = device
        self.launches: tuple[list[Launch], list[Launch]] = ([], [])
        """Of the submission and of the reference, those of one timed call added up."""

    def implementation(self, peer: Any) -> Implementation:
        return Implementation(peer, torch.float32, device=self.device)

    def take(self, side: int, sides: list[Any], state: Any, x: Any) -> tuple[Any, Taken]:
        impl: Implementation = sides[side][1]
        impl._launches.clear()
        output = self._act(side, sides, self.timed[side], state, x)
        whole = Launch(*map(sum, zip(*impl._launches, strict=True)))
        self.launches[side].append(whole)
        return output, Taken(max(whole.wall, 1e-9), whole.wall)

    def doubt(self) -> str:
        if self._has_helpers:
            return HELPERS
        ours, reference = self.launches
        if _clocks_differ(ours):
            return CLOCKS_DIFFER
        late = statistics.median(one.fetch for one in ours) - statistics.median(one.fetch for one in reference)
        return LEFT_FOR_LATER if late > _ROUND_TRIP and self._hangs_on(late) else ""

    def _hangs_on(self, late: float) -> bool:
        """Whether it would not be fast enough if so many seconds were its calls' too."""
        ours, reference = (statistics.median(one.wall for one in some) for some in self.launches)
        return math.log(reference / (ours + late)) < self.threshold


def _clocks_differ(launches: list[Launch]) -> bool:
    """Also where the child told no time, or one that is no number."""
    agree = [abs(one.wall - one.event) <= _APART * one.wall + _ROUND_TRIP for one in launches]
    return sum(agree) < len(agree) / 2
