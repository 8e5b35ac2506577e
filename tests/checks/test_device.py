"""The path of calls on a GPU, run without one: three requests a call, the grader's clock, and the audits beside it."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch

from autograder.checks import draw, faster_than, growth, implementation
from autograder.checks.context import Context, current
from autograder.checks.device_race import CLOCKS_DIFFER, LEFT_FOR_LATER
from autograder.checks.implementation import Implementation
from autograder.checks.outcome import Decided
from autograder.checks.peer import LocalPeer
from autograder.checks.scaling import Scaling
from autograder.child import device
from autograder.course.models import Limits
from autograder.course.verdict import Verdict
from autograder.sandbox.backend import open_backend
from autograder.sandbox.submission import Cell, SubmissionPeer
from tests.checks.conftest import REFERENCE, peer

MILLISECOND = 1e-3


class Clock:
    """Stands for `time` where calls on a device are timed."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now


class Scripted:
    """An implementation here whose calls take as long as they say, by the grader's clock and by their own."""

    def __init__(self, clock: Clock, launch: float, event: float | str | None = None, fetch: float = 1e-4) -> None:
        self.clock, self.took = clock, {"stage": 1.0, "launch": launch, "fetch": fetch}
        self.event = launch if event is None else event
        self.peer: LocalPeer = peer(REFERENCE)

    def request(self, verb: str, payload: dict[str, Any]) -> Any:
        value = self.peer.request(verb, payload)
        self.clock.now += self.took[verb]
        if verb == "launch":
            value["event"] = self.event
        return value

    def cpu_seconds(self) -> float:
        return 0.0

    def has_helpers(self) -> bool:
        return False

    def hold(self) -> None:
        """What it takes is in the script."""


@pytest.fixture
def race(running: Callable[..., Context], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Verdict, str]]:
    """race(launch, **options): verdict and detail of a submission against a reference that takes 40 ms; 2 is asked."""
    clock = Clock()
    monkeypatch.setattr(implementation, "time", clock)

    def run(launch: float, **options: Any) -> tuple[Verdict, str]:
        running()

        @contextmanager
        def fresh_pair() -> Iterator[tuple[Scripted, Scripted]]:
            yield Scripted(clock, launch, **options), Scripted(clock, 40 * MILLISECOND)

        current().fresh_pair = fresh_pair
        try:
            faster_than(
                lambda impl: None, lambda impl, state, x: impl.softmax(x), lambda: draw(3, 4), speedup=2, device="cpu"
            )
        except Decided as ended:
            return ended.verdict, ended.detail
        return Verdict.PASS, ""

    return run


def test_the_graders_clock_decides(race):
    """Bringing arguments there takes a second a call and counts for nobody."""
    assert race(10 * MILLISECOND) == (Verdict.PASS, "")
    assert race(30 * MILLISECOND) == (Verdict.FAIL, "")


def test_what_the_child_says_of_its_time_makes_nobody_fast(race):
    assert race(30 * MILLISECOND, event=1 * MILLISECOND) == (Verdict.FAIL, "")


@pytest.mark.parametrize("event", [1 * MILLISECOND, 100 * MILLISECOND, float("nan"), "soon"])
def test_clocks_that_do_not_agree_are_left_to_a_ta(race, event):
    assert race(10 * MILLISECOND, event=event) == (Verdict.INCONCLUSIVE, CLOCKS_DIFFER)


def test_work_left_for_the_fetch_is_left_to_a_ta(race):
    assert race(10 * MILLISECOND, fetch=30 * MILLISECOND) == (Verdict.INCONCLUSIVE, LEFT_FOR_LATER)
    assert race(10 * MILLISECOND, fetch=5 * MILLISECOND) == (Verdict.PASS, "")  # with it, it is still fast enough


def test_a_call_on_a_device_returns_what_it_returns():
    """Tensors, objects that stay there, options, and several calls in a row."""
    x, w = draw_(5, 7), draw_(7)
    there, here = (Implementation(peer(REFERENCE), device=name) for name in ("cpu", None))
    assert torch.equal(there.softmax(x), here.softmax(x))
    assert torch.equal(there.scale(x, w=w), here.scale(x, w=w))
    assert there.count(x) == 3
    both = there.sincos(x)
    assert torch.equal(both[1], here.sincos(x)[1])
    assert [one.wall > 0 and one.event > 0 for one in there._launches] == [True] * 4


def draw_(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def test_another_device_is_refused():
    with pytest.raises(Exception, match="there is no device 'tpu' here: cuda or cpu"):
        Implementation(peer(REFERENCE), device="tpu").softmax(draw_(2))


# ── real children ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def children(running: Callable[..., Context]) -> Iterator[Context]:
    """A test whose pairs are real children, of the same source."""
    context = running()
    backend = open_backend("process", trusted=True)
    place = backend.open(Limits())

    @contextmanager
    def fresh_pair() -> Iterator[list[SubmissionPeer]]:
        pair = [SubmissionPeer(place, (Cell("cell 1", REFERENCE),), Limits()) for _ in range(2)]
        yield pair
        for one in pair:
            one.close()

    context.fresh_pair = fresh_pair
    yield context
    place.close()
    backend.close()


@pytest.mark.alone
def test_a_race_in_real_children(children):
    """The same code on both sides is not a thousand times slower, and not a thousand times faster."""
    arguments = (lambda impl: None, lambda impl, state, x: impl.softmax(x), lambda: draw(64, 64))
    ends = [(Verdict.PASS, "")]
    try:
        faster_than(*arguments, speedup=1 / 1000, device="cpu")
    except Decided as ended:
        ends.append((ended.verdict, ended.detail))
    # On a busy machine an answer takes longer than its call by any clock of the child.
    assert ends[-1] in ((Verdict.PASS, ""), (Verdict.INCONCLUSIVE, CLOCKS_DIFFER))
    assert children.speedup.measured > 1 / 1000
    with pytest.raises(Decided) as ended:
        faster_than(*arguments, speedup=1000, device="cpu")
    assert ended.value.verdict is Verdict.FAIL


def test_growth_in_real_children(children):
    """Operations are counted on the host; seconds are those of the device."""
    sizes = (8, 16, 32, 64)
    growth(lambda impl, x: impl.softmax(x), lambda n: draw(n, 16), sizes, operations=1.2, seconds=9, device="cpu")
    assert [curve.quantity for curve in children.curves] == ["operations", "seconds"]
    assert [n for n, _ in children.curves[1].submission.points] == list(sizes)
    with pytest.raises(ValueError, match="memory on the host is measured from outside"):
        growth(lambda impl, x: impl.softmax(x), lambda n: draw(n, 16), sizes, memory=9, device="cpu")


def test_memory_that_is_no_number_is_forged(running):
    """No exponent is above a limit when it is no number either."""
    context = running()

    class Silent(Scripted):
        def request(self, verb: str, payload: dict[str, Any]) -> Any:
            return super().request(verb, {**payload, "weigh": False} if verb == "launch" else payload)

    @contextmanager
    def fresh_pair() -> Iterator[tuple[Scripted, Scripted]]:
        yield Silent(Clock(), 1.0), Silent(Clock(), 1.0)

    context.fresh_pair = fresh_pair
    scaling = Scaling(lambda impl, x: impl.softmax(x), lambda n: draw(n, 4), (2, 4, 8, 16), ours=True, device="cpu")
    with pytest.raises(Decided, match="Its memory could not be measured"):
        scaling.weigh()


# ── the calls to the GPU, in order ───────────────────────────────────────────────────────────────────────────────────


class Event:
    """Of a GPU that needs 250 ms for everything."""

    def __init__(self, said: list[str], *, enable_timing: bool) -> None:
        assert enable_timing
        self.said = said

    def record(self) -> None:
        self.said.append("event")

    def elapsed_time(self, other: Event) -> float:
        return 250.0


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What torch.cuda is asked for, one word each. 100 bytes are allocated before a call, 700 at its peak; the driver
    has 9000 free before and 8000 after.
    """
    said: list[str] = []
    free = iter([9000, 8000])
    fake = types.SimpleNamespace(
        synchronize=lambda: said.append("wait"),
        empty_cache=lambda: said.append("empty"),
        reset_peak_memory_stats=lambda: said.append("reset"),
        memory_allocated=lambda: 100,
        max_memory_allocated=lambda: 700,
        mem_get_info=lambda: (next(free), 10000),
        Event=lambda enable_timing: Event(said, enable_timing=enable_timing),
        get_device_properties=lambda index: types.SimpleNamespace(L2_cache_size=1024),
    )
    buffer = types.SimpleNamespace(zero_=lambda: said.append("cool"))
    sizes = []
    monkeypatch.setattr(torch, "cuda", fake)
    monkeypatch.setattr(torch, "empty", lambda size, **options: sizes.append((size, options["device"])) or buffer)
    said.clear()
    return said


def test_the_whole_device_is_waited_for(gpu):
    opened = device.open_device("cuda")
    opened.cool()
    assert gpu == ["cool", "wait"]
    gpu.clear()
    value, took = opened.timed(lambda: gpu.append("call") or 7)
    assert (value, took) == (7, {"event": 0.25})
    assert gpu == ["event", "call", "event", "wait"]


def test_memory_is_what_torch_says_and_what_the_driver_says(gpu):
    opened = device.open_device("cuda")
    value, took = opened.weighed(lambda: gpu.append("call") or 7)
    assert (value, took) == (7, {"allocated": 600.0, "driver": 1000.0})
    assert gpu == ["wait", "empty", "reset", "call", "wait"]


@pytest.mark.gpu
def test_a_real_gpu():
    """Not run where there is none."""
    if not torch.cuda.is_available():
        pytest.skip("no GPU here")
    here, there = (Implementation(peer(REFERENCE), device=name, weigh=False) for name in (None, "cuda"))
    x = draw_(64, 64)
    torch.testing.assert_close(there.softmax(x), here.softmax(x))
    assert there._launches[0].event > 0
    heavy = Implementation(peer(REFERENCE), device="cuda", weigh=True)
    heavy.softmax(draw_(512, 512))
    assert heavy._launches[0].allocated >= 512 * 512 * 4
