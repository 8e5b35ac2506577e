"""A race: one pair of children, the submission's and the reference's, timed against each other.

For each timed call the parent draws a new input, asks one child and then the other in random order, and reads each
child's CPU clock from outside. The decision is a sequential one on the median log ratio, by one-sided bounds of order
statistics, which assume nothing about the distribution: the k-th smallest of n values is above the median with
probability P(Bin(n, ½) < k). The looks after 12, 20, 30 and 40 pairs share α = 0.05.
"""

from __future__ import annotations

import gc
import math
import random
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch

from autograder.checks.comparison import arrays_of
from autograder.checks.context import current
from autograder.checks.implementation import Implementation
from autograder.checks.observe import NEVER_THEIRS, structure_message
from autograder.checks.outcome import Decided
from autograder.checks.race_audit import Pair, Taken, pass_seconds, race_doubt
from autograder.child.tree import pairs
from autograder.course.record import Speedup
from autograder.course.verdict import Verdict
from autograder.sandbox.faults import GraderFault, StudentFault

LOOKS = (12, 20, 30, 40)
ALPHA = 0.05
_WARM_UP = 2

Prepare = Callable[[Implementation], Any]
Call = Callable[[Implementation, Any, Any], Any]


class _Instead:
    """An implementation of which every function of the module is the one called `name`."""

    def __init__(self, impl: Implementation, name: str) -> None:
        self._impl, self._name = impl, name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            return getattr(self._impl, name)
        return getattr(self._impl, self._name)


def _baseline(call: Call, against: str | Call | None) -> Call:
    """What is timed on the reference's side."""
    if against is None:
        return call
    if not isinstance(against, str):
        return against
    name = against
    return lambda impl, state, x: call(_Instead(impl, name), state, x)  # type: ignore[arg-type]


class Race:
    """One pair of children, timed against each other."""

    def __init__(
        self,
        prepare: Prepare,
        call: Call,
        inputs: Callable[[], Any],
        threshold: float,
        against: str | Call | None = None,
    ) -> None:
        self.prepare, self.call, self.inputs, self.threshold = prepare, call, inputs, threshold
        self.timed = (call, _baseline(call, against))
        self.other = against is not None
        """What is timed on the reference's side is not what outputs are compared with."""
        self._pairs: list[Pair] = []
        self._has_helpers = False

    def run(self, held: bool) -> bool | None:
        """True: fast enough; False: not; None: undecided after the last look. `held`: children keep their memory."""
        fresh_pair = current().fresh_pair
        assert fresh_pair is not None, "timing needs children of its own"
        with fresh_pair() as pair:
            sides = [(peer, self.implementation(peer)) for peer in pair]
            if held:
                for side, peer in enumerate(pair):
                    self._act(side, sides, lambda _, peer=peer: peer.hold())
            faster = self._decide(sides)
            self._has_helpers = faster is True and pair[0].has_helpers()
            return faster

    def _decide(self, sides: list[Any]) -> bool | None:
        states = [self._act(side, sides, self.prepare) for side in (1, 0)][::-1]
        for _ in range(_WARM_UP):
            self._pair(sides, states, (1, 0))  # the reference first: a call that it fails at is the test's fault
        self._pairs.clear()
        gains: list[float] = []
        gc.disable()
        try:
            for look in LOOKS:
                while len(gains) < look:
                    ours, reference = self._pair(sides, states, random.sample((0, 1), 2))
                    gains.append(math.log(reference / ours))
                low, high = median_bounds(gains, ALPHA / len(LOOKS))
                if low >= self.threshold:
                    return True
                if high < self.threshold:
                    return False
        finally:
            gc.enable()
        return None

    def _pair(self, sides: list[Any], states: list[Any], order: Sequence[int]) -> tuple[float, float]:
        """CPU seconds of the submission and of the reference on one new input."""
        x = self.inputs()
        taken, outputs = [Taken(0.0, 0.0)] * 2, [None, None]
        meanwhile = 0.0
        for side in order:
            bystander = sides[0][0].cpu_seconds() if side == 1 else 0.0
            outputs[side], taken[side] = self.take(side, sides, states[side], x)
            if side == 1:
                meanwhile = sides[0][0].cpu_seconds() - bystander
        if self.other:
            outputs[1] = self._act(1, sides, self.call, states[1], x)
        _demand_same(*outputs)
        one_pass = pass_seconds(time.thread_time, x, outputs[0])
        self._pairs.append(Pair(taken[0], taken[1], meanwhile, one_pass))
        return taken[0].cpu, taken[1].cpu

    def implementation(self, peer: Any) -> Implementation:
        """One side, as it is called."""
        return Implementation(peer, torch.float32)

    def take(self, side: int, sides: list[Any], state: Any, x: Any) -> tuple[Any, Taken]:
        """What one timed call returns, and what it took."""
        peer, _ = sides[side]
        before, began = peer.cpu_seconds(), time.perf_counter()
        output = self._act(side, sides, self.timed[side], state, x)
        wall = time.perf_counter() - began
        return output, Taken(max(peer.cpu_seconds() - before, 1e-9), wall)

    def measured(self, asked: float) -> Speedup | None:
        """The median ratio, once there was a look."""
        if len(self._pairs) < LOOKS[0]:
            return None
        ratio = statistics.median(baseline.cpu / ours.cpu for ours, baseline, *_ in self._pairs)
        return Speedup(asked=asked, measured=float(f"{min(ratio, 1e6):.2g}"))

    def doubt(self) -> str:
        """Why being fast by its clock is no pass yet, for staff."""
        return race_doubt(self._pairs, self.threshold, has_helpers=self._has_helpers)

    def _act(self, side: int, sides: list[Any], action: Callable[..., Any], *arguments: Any) -> Any:
        """What the submission (side 0) returned cannot be used when the reference's can: that is its own fault."""
        impl = sides[side][1]
        try:
            return action(impl, *arguments)
        except StudentFault as fault:
            if side == 1:  # the reference, where it had no time or no memory: never the submission's fault
                raise GraderFault(f"the reference {fault.message}") from fault
            raise
        except NEVER_THEIRS:
            raise
        except Exception as error:
            if side == 1:
                raise
            message = structure_message(impl._calls, sides[1][1]._calls)
            raise Decided(Verdict.FAIL, message, detail=repr(error)) from error


def _demand_same(ours: Any, reference: Any) -> None:
    """Nothing less than what the reference returns: an answer left out would be the fastest."""
    if len(arrays_of(ours)) != len(arrays_of(reference)) or not all(
        _all_near(arrays_of(got), arrays_of(want)) for want, got in pairs(reference, ours)
    ):
        message = "An output of the timed calls is wrong; being fast only counts for right results."
        raise Decided(Verdict.FAIL, message)


def _all_near(got: list[torch.Tensor], want: list[torch.Tensor]) -> bool:
    return len(got) == len(want) and all(map(_near, got, want))


def _near(got: torch.Tensor, want: torch.Tensor) -> bool:
    if got.shape != want.shape:
        return False
    scale = float(want.abs().max()) if want.numel() else 0.0
    return bool(((got - want).abs() <= 1e-3 * scale).all())


def median_bounds(values: list[float], alpha: float) -> tuple[float, float]:
    """One-sided lower and upper bounds of the median, each with level 1 − alpha, from order statistics."""
    ordered = sorted(values)
    n = len(ordered)
    tail, k = 0.0, 0  # the largest k with P(Bin(n, ½) < k) ≤ alpha: the k-th smallest is below the median
    while tail + math.comb(n, k) / 2**n <= alpha:
        tail += math.comb(n, k) / 2**n
        k += 1
    if k == 0:
        return -math.inf, math.inf
    return ordered[k - 1], ordered[n - k]
