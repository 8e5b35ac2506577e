"""Timing without a clock: children whose CPU times are drawn, and what is decided over many sessions."""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import product
from types import MappingProxyType

import pytest
import torch

from autograder.checks import draw, faster_than
from autograder.checks.context import current
from autograder.checks.outcome import Decided
from autograder.checks.race import ALPHA, LOOKS, _demand_same, median_bounds
from autograder.checks.race_audit import ELSEWHERE
from autograder.course.verdict import Verdict
from autograder.sandbox.faults import GraderFault, StudentFault
from tests.checks.conftest import REFERENCE, peer

TOO_SLOW = "It takes more than 3 times the CPU time of the reference, in two fresh processes."
UNDECIDED = "The timing could not be decided on this machine; it costs you nothing, and a TA will look at it."
WRONG = "An output of the timed calls is wrong; being fast only counts for right results."


class Scripted:
    """A child that computes nothing: each piece of work moves its clock by the next of `costs`."""

    def __init__(self, costs: Iterator[float]) -> None:
        self.costs, self.clock = costs, 100.0

    def cpu_seconds(self) -> float:
        return self.clock

    def hold(self) -> None:
        """It has no memory."""

    def has_helpers(self) -> bool:
        return False

    def work(self) -> None:
        self.clock += next(self.costs)


def noisy(rng: random.Random, seconds: float) -> Iterator[float]:
    """CPU times as machines give them: skewed, one in twenty far out, one process unlike the next."""
    seconds *= math.exp(rng.gauss(0, 0.02))
    while True:
        yield seconds * math.exp(rng.gauss(0, 0.15)) * (rng.uniform(1.5, 4) if rng.random() < 0.05 else 1)


def session(running, ratios: Callable[[int], float], rng: random.Random) -> tuple[Verdict, str, int]:
    """Verdict, sentence and number of fresh pairs of one faster_than(speedup=1/3).

    `ratios(n)` is the CPU time of the n-th pair's submission over the most that is allowed.
    """
    pairs = []

    @contextmanager
    def fresh_pair():
        pairs.append(ratios(len(pairs)))
        yield Scripted(noisy(rng, 0.003 * pairs[-1])), Scripted(noisy(rng, 0.001))

    current().fresh_pair = fresh_pair
    try:
        faster_than(lambda impl: None, lambda impl, state, x: impl._peer.work(), lambda: None, speedup=1 / 3)
    except Decided as ended:
        return ended.verdict, ended.message, len(pairs)
    return Verdict.PASS, "", len(pairs)


def verdicts(running, ratio: float, sessions: int) -> Counter[Verdict]:
    running()
    rng = random.Random(f"ratio {ratio}")
    return Counter(session(running, lambda _: ratio, rng)[0] for _ in range(sessions))


def test_a_quarter_slower_than_allowed_fails(running):
    found = verdicts(running, 1.25, 1000)
    assert found[Verdict.FAIL] > 0.99 * 1000
    assert found[Verdict.PASS] == 0


def test_a_quarter_faster_than_asked_passes(running):
    found = verdicts(running, 1 / 1.25, 1000)
    assert found[Verdict.PASS] > 0.99 * 1000
    assert found[Verdict.FAIL] == 0


def test_at_the_limit_it_is_left_open(running):
    """Work that is exactly as slow as allowed is not failed; mostly, it is not decided."""
    found = verdicts(running, 1.0, 500)
    assert found[Verdict.FAIL] < 0.03 * 500
    assert found[Verdict.INCONCLUSIVE] > 0.5 * 500
    assert sum(found.values()) == 500


def counted(running, ratio: float) -> Counter[str]:
    """Children started and calls timed until a steady ratio is decided."""
    running()
    calls = Counter()

    @contextmanager
    def fresh_pair():
        calls["children"] += 2
        yield Scripted(iter([0.003 * ratio] * 100)), Scripted(iter([0.001] * 100))

    current().fresh_pair = fresh_pair

    def call(impl, state, x):
        calls["calls"] += 1
        impl._peer.work()

    try:
        faster_than(lambda impl: None, call, lambda: None, speedup=1 / 3)
    except Decided:
        calls["failed"] = 1
    return calls


def test_the_first_look_is_enough_far_from_the_limit(running):
    """Two pairs to warm up and twelve that count; twice that for a FAIL, in other processes."""
    assert counted(running, 0.2) == {"children": 2, "calls": 28}
    assert counted(running, 5) == {"children": 4, "calls": 56, "failed": 1}


@pytest.mark.parametrize(
    ("ratios", "verdict", "message", "pairs"),
    [
        ([0.5], Verdict.PASS, "", 1),
        ([2, 2], Verdict.FAIL, TOO_SLOW, 2),
        ([2, 0.5], Verdict.PASS, "", 2),
        ([2, 1, 2], Verdict.FAIL, TOO_SLOW, 3),
        ([1, 2, 2], Verdict.FAIL, TOO_SLOW, 3),
        ([2, 1, 0.5], Verdict.PASS, "", 3),
        ([2, 1, 1], Verdict.INCONCLUSIVE, UNDECIDED, 3),
        ([1, 1, 1], Verdict.INCONCLUSIVE, UNDECIDED, 3),
    ],
)
def test_a_fail_needs_two_fresh_pairs_that_agree(running, ratios, verdict, message, pairs):
    """Drift between processes is larger than the noise within one: one slow pair may be bad luck."""
    running()

    @contextmanager
    def fresh_pair():
        ratio = ratios[len(opened_pairs)]
        one = [0.003 * 0.9, 0.003 * 1.1] if ratio == 1 else [0.003 * ratio]  # to both sides of the limit
        opened_pairs.append(ratio)
        yield Scripted(iter(one * 50)), Scripted(iter([0.001] * 100))

    opened_pairs: list[float] = []
    current().fresh_pair = fresh_pair
    ended = (Verdict.PASS, "")
    try:
        faster_than(lambda impl: None, lambda impl, state, x: impl._peer.work(), lambda: None, speedup=1 / 3)
    except Decided as decided:
        ended = (decided.verdict, decided.message)
    assert ended == (verdict, message)
    assert opened_pairs == ratios
    assert len(opened_pairs) == pairs


def test_a_clock_that_stands_still_decides_nothing_by_error(running):
    """A call too short for the clock counts as a nanosecond on both sides."""
    running()

    @contextmanager
    def fresh_pair():
        yield Scripted(iter([0.0] * 100)), Scripted(iter([0.0] * 100))

    current().fresh_pair = fresh_pair
    faster_than(lambda impl: None, lambda impl, state, x: impl._peer.work(), lambda: None, speedup=1 / 3)


# --- work that another process does


class Waiting(Scripted):
    """A child whose answers take longer than its own work: a process that it started does the rest, or others queue."""

    def __init__(self, cost: float, waits: float) -> None:
        super().__init__(iter([cost] * 100))
        self.waits = waits

    def work(self) -> None:
        super().work()
        time.sleep(self.waits)


@pytest.mark.parametrize(
    ("ours", "reference", "verdict"),
    [
        ((0.0002, 0.02), (0.001, 0.001), Verdict.INCONCLUSIVE),  # 20 times the reference's time, somewhere else
        ((0.0002, 0.001), (0.001, 0.001), Verdict.PASS),  # both are waited for, as frames take time
        ((0.002, 0.012), (0.001, 0.006), Verdict.PASS),  # the machine is busy: whoever works longer waits longer
        ((0.002, 0.0), (0.001, 0.006), Verdict.PASS),
    ],
)
def test_a_fast_clock_and_a_slow_answer_are_left_open(running, ours, reference, verdict):
    """A child's clock does not see the processes that it starts."""
    running()

    @contextmanager
    def fresh_pair():
        yield Waiting(*ours), Waiting(*reference)

    current().fresh_pair = fresh_pair
    ended = (Verdict.PASS, "", "")
    try:
        faster_than(lambda impl: None, lambda impl, state, x: impl._peer.work(), lambda: None, speedup=1 / 3)
    except Decided as decided:
        ended = (decided.verdict, decided.message, decided.detail)
    told = (Verdict.PASS, "", "") if verdict is Verdict.PASS else (verdict, UNDECIDED, ELSEWHERE)
    assert ended == told


# --- the bounds of the median


def below(n: int, k: int) -> Fraction:
    """P(Bin(n, ½) < k), exactly."""
    return Fraction(sum(math.comb(n, i) for i in range(k)), 2**n)


@pytest.mark.parametrize("alpha", [0.05, ALPHA / len(LOOKS), 0.001])
@pytest.mark.parametrize("n", [*LOOKS, 1, 4, 5, 7, 100])
def test_the_bounds_are_the_sharpest_that_keep_the_level(n, alpha):
    low, high = median_bounds([float(value) for value in range(1, n + 1)], alpha)
    k = 0 if low == -math.inf else int(low)
    assert below(n, k) <= alpha < below(n, k + 1)
    assert high == (math.inf if k == 0 else n + 1 - k)


def test_the_positions_that_the_looks_use():
    """As tables of the binomial distribution have them."""
    bounds = {n: median_bounds([float(i) for i in range(1, n + 1)], ALPHA / len(LOOKS)) for n in LOOKS}
    assert bounds == {12: (2, 11), 20: (5, 16), 30: (9, 22), 40: (13, 28)}


def test_the_level_by_enumeration():
    """Of all 2¹⁰ patterns of signs, the lower bound is above the median 0 in as many as the level allows."""
    n, alpha = 10, 0.0125
    above = sum(
        median_bounds([sign * (1 + i / 7) for i, sign in enumerate(signs)], alpha)[0] > 0
        for signs in product((-1, 1), repeat=n)
    )
    assert Fraction(above, 2**n) == below(n, 2) <= Fraction(125, 10_000) < below(n, 3)


def test_too_few_values_bound_nothing():
    assert median_bounds([1.0, 2.0, 3.0], 0.05) == (-math.inf, math.inf)
    assert median_bounds([], 0.05) == (-math.inf, math.inf)


# --- what is timed must be right


class Timed:
    """An implementation in this process with a clock that stands still."""

    def __init__(self, source: str = "") -> None:
        self.request = peer(REFERENCE + source).request

    def cpu_seconds(self) -> float:
        return 0.0

    def hold(self) -> None:
        """It is this process, whose memory stays what it is."""

    def has_helpers(self) -> bool:
        return False


def timed(running, source: str, call=lambda impl, state, x: impl.sincos(x), reference: str = "") -> Decided:
    running()

    @contextmanager
    def fresh_pair():
        yield Timed(source), Timed(reference)

    current().fresh_pair = fresh_pair
    with pytest.raises(Decided) as caught:
        faster_than(lambda impl: None, call, lambda: draw(3), speedup=1 / 3)
    return caught.value


@pytest.mark.parametrize(
    "body",
    [
        "torch.cos(x), torch.sin(x)",
        "torch.sin(x), torch.cos(x) + 1e-2",
        "torch.sin(x), torch.cos(x)[:2]",
        "torch.sin(x), torch.cos(x) / 0 * 0",
        "torch.sin(x),",
        "torch.sin(x), torch.cos(x), x",
        "None",
        "()",
    ],
)
def test_a_fast_answer_that_is_wrong_fails(running, body):
    found = timed(running, f"\ndef sincos(x):\n    return {body}\n")
    assert (found.verdict, found.message) == (Verdict.FAIL, WRONG)


def test_rounding_is_not_wrong():
    one = torch.tensor([1.0, 0.0])
    _demand_same((one + 1e-6, 3), (one, 3))
    with pytest.raises(Decided):
        _demand_same((one, 4), (one, 3))


def test_the_order_of_keys_is_nobodys_business():
    ours, reference = {"b": torch.ones(2), "a": torch.zeros(3)}, {"a": torch.zeros(3), "b": torch.ones(2)}
    _demand_same((ours, 1.0), (reference, 1.0))
    for wrong in ({"a": torch.zeros(3)}, {**ours, "c": torch.ones(1)}, {**ours, "b": torch.zeros(2)}, [*ours.values()]):
        with pytest.raises(Decided):
            _demand_same((wrong, 1.0), (reference, 1.0))


def test_a_structure_that_the_timed_call_cannot_use(running):
    found = timed(running, "\ndef sincos(x):\n    return None\n", lambda impl, state, x: impl.sincos(x)[0])
    assert (found.verdict, found.message) == (
        Verdict.FAIL,
        "`sincos` returned None, where (tensor (3,) float32, tensor (3,) float32) is expected.",
    )


def test_a_timed_call_that_fails_on_the_reference_too_is_our_fault(running):
    running()

    @contextmanager
    def fresh_pair():
        yield Timed(), Timed()

    current().fresh_pair = fresh_pair
    for prepare, call in ((lambda impl: 1 / 0, None), (lambda impl: None, lambda impl, state, x: 1 / 0)):
        with pytest.raises(ZeroDivisionError):
            faster_than(prepare, call, lambda: None, speedup=1)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (StudentFault(Verdict.TIMEOUT, "did not finish."), GraderFault),  # the reference is asked first: it is ours
        (GraderFault("no child"), GraderFault),
    ],
)
def test_a_reference_that_does_not_answer_is_the_graders_fault(running, fault, told):
    running()

    @contextmanager
    def fresh_pair():
        yield Timed(), Timed()

    def call(impl, state, x):
        raise fault

    current().fresh_pair = fresh_pair
    with pytest.raises(told):
        faster_than(lambda impl: None, call, lambda: None, speedup=1)


def test_a_submission_that_does_not_answer_is_told_as_it_is(running):
    running()
    ours = Timed()

    @contextmanager
    def fresh_pair():
        yield ours, Timed()

    def call(impl, state, x):
        if impl._peer is ours:
            raise StudentFault(Verdict.TIMEOUT, "`f` did not finish.", starved=True)
        return torch.zeros(1)

    current().fresh_pair = fresh_pair
    with pytest.raises(StudentFault, match="did not finish") as caught:
        faster_than(lambda impl: None, call, lambda: None, speedup=1)
    assert caught.value.starved


def test_the_garbage_collector_is_on_again_afterwards(running):
    import gc

    timed(running, "\ndef sincos(x):\n    return None\n")
    assert gc.isenabled()


def test_the_sentence_tells_the_limit(running):
    running()

    @contextmanager
    def fresh_pair():
        yield Scripted(iter([9.0] * 100)), Scripted(iter([1.0] * 100))

    current().fresh_pair = fresh_pair
    with pytest.raises(Decided) as caught:
        faster_than(lambda impl: None, lambda impl, state, x: impl._peer.work(), lambda: None, speedup=1 / 2.5)
    assert caught.value.message == TOO_SLOW.replace("3 times", "2.5 times")


def test_two_children_are_needed(running):
    running()
    with pytest.raises(AssertionError, match=r"^timing needs children of its own$"):
        faster_than(lambda impl: None, lambda impl, state, x: None, lambda: None, speedup=1)


# --- against another function than the reference's own


class Costly(Timed):
    """Its clock moves by what each function costs, wherever it is called from."""

    costs = MappingProxyType({"fast": 0.001, "full": 0.004})

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self._request, self.clock = self.request, 0.0
        self.asked: list[str] = []
        self.request = self.count

    def count(self, verb, payload):
        name = payload["target"].path
        self.asked.append(name)
        self.clock += self.costs[name]
        return self._request(verb, payload)

    def cpu_seconds(self) -> float:
        return self.clock

    def hold(self) -> None:
        """It is this process, whose memory stays what it is."""


BOTH = "\ndef fast(x, bias=0):\n    return x + 1\n\ndef full(x, bias=0):\n    return x + 2\n"


@pytest.mark.parametrize(
    ("speedup", "against", "said"),
    [
        (3, "full", None),
        (3, lambda impl, state, x: impl.full(x, bias=0), None),
        (5, "full", "It is not 5 times as fast as `full` by CPU time, in two fresh processes."),
        (5, lambda impl, state, x: impl.full(x), "It is not 5 times as fast as what it is compared with by CPU time"),
        (2, None, "It takes more than 0.5 times the CPU time of the reference, in two fresh processes."),
    ],
)
def test_the_baseline_is_another_function_of_the_reference(running, speedup, against, said):
    """`full` returns something else than `fast`; what is right is what the reference's `fast` returns."""
    running()
    pairs = []

    @contextmanager
    def fresh_pair():
        pairs.append((Costly(BOTH), Costly(BOTH)))
        yield pairs[-1]

    current().fresh_pair = fresh_pair
    call = lambda impl, state, x: impl.fast(x)  # noqa: E731
    ask = lambda: faster_than(lambda impl: None, call, lambda: draw(3), speedup=speedup, against=against)  # noqa: E731
    if said is None:
        ask()
    else:
        with pytest.raises(Decided) as caught:
            ask()
        assert caught.value.message.startswith(said)
    assert set(pairs[0][0].asked) == {"fast"}
    assert set(pairs[0][1].asked) == ({"fast", "full"} if against else {"fast"})


def test_the_baselines_own_answer_is_not_the_right_one(running):
    """A submission that returns what `full` returns is wrong, however fast."""
    running()

    @contextmanager
    def fresh_pair():
        yield Costly(BOTH.replace("x + 1", "x + 2")), Costly(BOTH)

    current().fresh_pair = fresh_pair
    with pytest.raises(Decided, match="An output of the timed calls is wrong"):
        faster_than(lambda i: None, lambda i, s, x: i.fast(x), lambda: draw(3), speedup=2, against="full")
