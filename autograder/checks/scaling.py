"""One side's calls at growing sizes: every call on a new input, every answer compared with the reference's.

What is counted is counted where the code lives and can be escaped there (NumPy, threads, processes). What is measured
is measured from outside, in calls that nothing counts: the CPU clock, and the kernel's peak of resident memory. That
peak is taken in a fresh child for each size, after one call of the smallest size, for whatever a first call brings
along: an allocator does not give back what an earlier call made it take.
"""

from __future__ import annotations

import math
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch

from autograder.checks.comparison import arrays_of, first_problem
from autograder.checks.context import current
from autograder.checks.counts import as_trace
from autograder.checks.held import held_first
from autograder.checks.implementation import Implementation
from autograder.checks.observe import NEVER_THEIRS, structure_message
from autograder.checks.outcome import Decided
from autograder.checks.slope import exponent
from autograder.checks.tolerance import Tolerance, earn
from autograder.course.record import Line, Quantity
from autograder.course.verdict import Verdict
from autograder.sandbox.faults import GraderFault, StudentFault

Call = Callable[[Implementation, Any], Any]
FLOOR: dict[Quantity, float] = {"operations": 1, "largest": 1, "memory": 2**18, "seconds": 1e-4}
"""Less than that is the interpreter's own."""
_ROUNDS = 3
_TURNS, _WAITS = 2, 5
_LOOSER = 4.0
"""Large inputs are judged by one run of the reference in float32, and by less than `compare` asks: precision is graded
there, and half precision errs thousands of times more."""


class Wait(NamedTuple):
    """How long an answer was waited for without the child working, and altogether, in seconds."""

    idle: float
    wall: float

    @property
    def part(self) -> float:
        return self.idle / self.wall


class Scaling:
    """What the calls of one side took, by quantity and size. `ours`: of the submission; else of the reference."""

    def __init__(
        self,
        call: Call,
        inputs: Callable[[int], Any],
        sizes: Sequence[int],
        *,
        ours: bool,
        device: str | None = None,
    ) -> None:
        self.call, self.inputs, self.sizes, self.ours, self.device = call, inputs, tuple(sizes), ours, device
        self.points: dict[Quantity, dict[int, float]] = {}
        self.held = 0
        """Bytes that a child held before a call, at most."""
        self.has_helpers = False
        """Another process was started by a child."""
        self.waits: list[Wait] = []
        """Of every timed call at the largest size."""
        self._times: dict[int, list[float]] = {}
        self._later: float | None = None

    def exponent(self, quantity: Quantity) -> float | None:
        """Of c·Nᵖ through what was measured so far."""
        return exponent(self.points.get(quantity, {}), FLOOR[quantity])

    def line(self, quantity: Quantity) -> Line:
        """For the result. Two digits: a submission chooses what it takes, and could write a message in more."""
        points = tuple((n, float(f"{value:.2g}")) for n, value in sorted(self.points.get(quantity, {}).items()))
        found = self.exponent(quantity)
        return Line(points=points, exponent=None if found is None else round(found, 2))

    # ── what is measured ─────────────────────────────────────────────────────────────────────────────────────────

    def answer(self, *, count: bool) -> None:
        """One call at every size, the smallest first; they are timed on the way. `count`: then operations and the
        largest tensor, in calls that nothing else is measured in.
        """
        self._times.clear()
        held_first(lambda held: self._answer_in(count, held=held))

    def _answer_in(self, count: bool, *, held: bool) -> None:
        with self._warm_child(held) as peer:
            self._time_in(peer, self.sizes)
            if count:
                self._count_in(peer)

    def _count_in(self, peer: Any) -> None:
        for n in self.sizes:
            impl = self._ask(peer, n, count=True)
            try:
                traces = [as_trace(found) for found in impl._counts]
            except (TypeError, KeyError, AttributeError) as error:
                raise self._forged(error) from error
            self._note("operations", n, sum(trace.work for trace in traces))
            self._note("largest", n, max((trace.largest for trace in traces), default=0))

    def weigh(self) -> None:
        """Peak of memory beyond what the call starts with, in bytes; on a device the larger of what torch and the
        driver say: one of them sees what is allocated past the other.
        """
        for n in self.sizes:
            if self.device is not None:
                with self._child() as peer:
                    launches = self._ask(peer, n, weigh=True)._launches
                taken = [value for one in launches for value in (one.allocated, one.driver)]
                if not all(map(math.isfinite, taken)):
                    raise self._wrong("Its memory could not be measured.", detail=f"the child tells {taken}")
                self._note("memory", n, max(taken))
                continue
            with self._child() as peer:
                self._ask(peer, self.sizes[0])
                held = peer.rest()
                self._ask(peer, n)
                self._note("memory", n, max(0, peer.peak() - held))
                self.held = max(self.held, held)

    def time(self, *, again: bool = False) -> None:
        """CPU seconds: medians of calls in fresh children. `again`: with nothing of what was measured before."""
        if again:
            self._times.clear()
        while min((len(self._times.get(n, ())) for n in self.sizes), default=0) < _ROUNDS:
            held_first(lambda held: self._time_once(held=held))

    def _time_once(self, *, held: bool) -> None:
        with self._warm_child(held) as peer:
            self._time_in(peer, random.sample(self.sizes, len(self.sizes)))

    def _time_in(self, peer: Any, sizes: Sequence[int]) -> None:
        for n in sizes:
            taken: list[float] = []
            self._ask(peer, n, taken)
            cpu, wall = taken
            self._times.setdefault(n, []).append(cpu)
            self._note("seconds", n, statistics.median(self._times[n]))
            if n == self.sizes[-1]:
                self.waits.append(Wait(max(0.0, wall - cpu), wall))

    # ── for audits ───────────────────────────────────────────────────────────────────────────────────────────────

    def later(self, factor: int) -> float:
        """The exponent of CPU seconds from the largest size to `factor` times that, by the least of calls in turns."""
        if self._later is None or self.ours:
            self._later = held_first(lambda held: self._later_in(factor, held=held))
        return self._later

    def _later_in(self, factor: int, *, held: bool) -> float:
        most = self.sizes[-1]
        times: dict[int, list[float]] = {most: [], factor * most: []}
        with self._warm_child(held) as peer:
            for n in [*times] * _TURNS:
                taken: list[float] = []
                self._ask(peer, n, taken)
                times[n].append(taken[0])
        found = exponent({n: min(some) for n, some in times.items()}, FLOOR["seconds"])
        assert found is not None
        return found

    def shortest_wait(self, enough: Callable[[Wait, float], bool]) -> tuple[Wait, float]:
        """The shortest wait of a few calls at the largest size, and the largest part of its time that a spin as long
        as each call was kept from the processor. It stops where `enough` says so of the two.
        """
        shortest, queue = Wait(math.inf, math.inf), 0.0
        with self._child() as peer:
            self._ask(peer, self.sizes[0])
            for _ in range(_WAITS):
                taken: list[float] = []
                self._ask(peer, self.sizes[-1], taken)
                cpu, wall = taken
                shortest = min(shortest, Wait(max(0.0, wall - cpu), wall))
                queue = max(queue, _kept_waiting(wall))
                if enough(shortest, queue):
                    break
        return shortest, queue

    def _note(self, quantity: Quantity, n: int, value: float) -> None:
        self.points.setdefault(quantity, {})[n] = value

    # ── one call ─────────────────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def _child(self) -> Iterator[Any]:
        fresh_pair = current().fresh_pair
        assert fresh_pair is not None, "growth needs children of its own"
        with fresh_pair() as (submission, reference):
            peer = submission if self.ours else reference
            yield peer
            self.has_helpers |= peer.has_helpers()

    @contextmanager
    def _warm_child(self, held: bool) -> Iterator[Any]:
        """A child that was called once, at the smallest size; `held`: it keeps the memory that it takes."""
        with self._child() as peer:
            if held:
                peer.hold()
            self._ask(peer, self.sizes[0])
            yield peer

    def _ask(self, peer: Any, n: int, taken: list[float] | None = None, **options: Any) -> Implementation:
        """One call at size `n`, whose answer is right. `taken` receives its CPU seconds and how long it was awaited."""
        x = self.inputs(n)
        expected, tolerances, calls = _expected(self.call, x)
        impl = Implementation(peer, torch.float32, **self._where(options))
        before, began = peer.cpu_seconds(), time.perf_counter()
        answer = self._called(impl, n, x, calls)
        if taken is not None:
            wall = time.perf_counter() - began
            if self.device is not None:  # the processor's clock says nothing of it
                wall = sum(one.wall for one in impl._launches)
                taken += [max(wall, 1e-9)] * 2
            else:
                taken += [max(peer.cpu_seconds() - before, 1e-9), max(wall, 1e-9)]
        problem = first_problem(expected, answer, tolerances, torch.float32)
        if problem is not None:
            raise self._wrong(f"At N = {n}: {problem.message}", error_map=problem.error_map)
        return impl

    def _where(self, options: dict[str, Any]) -> dict[str, Any]:
        """Operations are counted on the host, all else is measured on the device, where there is one."""
        return options if self.device is None or options.get("count") else {**options, "device": self.device}

    def _called(self, impl: Implementation, n: int, x: Any, calls: list[tuple[str, str]]) -> Any:
        try:
            return self.call(impl, x)
        except StudentFault as fault:
            if not self.ours:
                raise GraderFault(f"the reference at N = {n}: {fault.message}") from fault
            raise fault.told(f"At N = {n}: {fault.message}") from fault
        except NEVER_THEIRS:
            raise
        except Exception as error:
            if not self.ours:
                raise
            raise self._wrong(f"At N = {n}: {structure_message(impl._calls, calls)}", detail=repr(error)) from error

    def _wrong(self, message: str, **options: Any) -> Exception:
        if not self.ours:
            return GraderFault(f"the reference in a child is not what it is in the grader: {message}")
        return Decided(Verdict.FAIL, message, **options)

    def _forged(self, error: Exception) -> Exception:
        return self._wrong("Its operations could not be counted.", detail=repr(error))


def _kept_waiting(seconds: float) -> float:
    """The part of so many seconds in which this process wants to work and others have the processor."""
    began, cpu = time.perf_counter(), time.thread_time()
    while time.perf_counter() - began < seconds:
        pass
    return max(0.0, 1 - (time.thread_time() - cpu) / (time.perf_counter() - began))


def _expected(call: Call, x: Any) -> tuple[Any, list[Tolerance], list[tuple[str, str]]]:
    """The reference's answer, how far off one may be, and the structure of what its calls return."""
    exact, single = (Implementation(current().reference, dtype) for dtype in (torch.float64, torch.float32))
    try:
        value, plain = call(exact, x), call(single, x)
    except Exception as error:
        raise GraderFault(f"the call that is measured fails on the reference: {error!r}") from error
    earned = earn(arrays_of(value), [arrays_of(plain)])
    return value, [Tolerance(one.scale, _LOOSER * one.error) for one in earned], single._calls
