"""What does not show on a submission's own clock: each audit finds what it is for, and nothing in honest work."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import torch

from autograder.checks import draw, faster_than
from autograder.checks.context import Context, enter, leave
from autograder.checks.outcome import Decided
from autograder.checks.race_audit import DISTURBED, ELSEWHERE, HELPERS, TOO_GOOD, Pair, Taken, pass_seconds, race_doubt
from autograder.course.models import Limits
from autograder.course.verdict import Verdict
from autograder.sandbox.backend import Sandbox, open_backend
from autograder.sandbox.submission import Cell, SubmissionPeer
from tests.checks.conftest import peer

TWICE = math.log(2)
HONEST = Pair(Taken(0.004, 0.0045), Taken(0.010, 0.0105))


def doubt(pairs: list[Pair], *, has_helpers: bool = False) -> str:
    return race_doubt(pairs, TWICE, has_helpers=has_helpers)


def test_an_idle_machine():
    assert doubt([HONEST] * 12) == ""


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("share", [0.3, 0.5, 0.8])
def test_a_busy_machine_delays_everybody(seed, share):
    """Others take a part of the processor now and then, for slices of time, from whoever works."""
    rng = random.Random(seed)

    def call(cpu: float) -> Taken:
        slices = sum(rng.random() < share for _ in range(max(1, round(cpu / 0.003))))
        return Taken(cpu, cpu + 0.0003 + sum(rng.uniform(0.001, 0.004) for _ in range(slices)))

    assert doubt([Pair(call(0.012), call(0.030)) for _ in range(12)]) == ""


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        (Pair(Taken(0.001, 0.011), Taken(0.010, 0.0105)), ELSEWHERE),  # the baseline's work, in another process
        (Pair(Taken(0.001, 0.006), Taken(0.010, 0.0105)), ELSEWHERE),  # the same, by two others at once
        (Pair(Taken(0.001, 0.004), Taken(0.010, 0.0105)), ""),  # it waits, and is fast enough all the same
        (HONEST._replace(meanwhile=0.009), DISTURBED),
        (HONEST._replace(meanwhile=0.0005), ""),  # what follows an answer
        (HONEST._replace(one_pass=0.005), TOO_GOOD),
        (HONEST._replace(one_pass=0.003), ""),
    ],
)
def test_the_audit_that_a_trick_meets(pair, said):
    assert doubt([pair] * 12) == said


def test_helpers_are_named_first():
    assert doubt([HONEST] * 12, has_helpers=True) == HELPERS


def test_one_slow_answer_in_four_is_no_finding():
    late = HONEST._replace(ours=Taken(0.004, 0.3))
    assert doubt([HONEST, HONEST, late] * 4) == ""


def test_small_arrays_have_no_pass():
    clock = iter([0.0, 4.0]).__next__
    assert pass_seconds(clock, torch.zeros(10)) == 0.0
    assert pass_seconds(clock, [torch.zeros(2**20)], None) == 1.0


# ── in real children ─────────────────────────────────────────────────────────────────────────────────────────────────

WORK = """
import torch
def work(x, times):
    y = x
    for _ in range(times):
        y = torch.tanh(y @ x)
    return x + 0 * y
def full(x):
    return work(x, 800)
"""
FAST = WORK + "def fast(x):\n    return work(x, 10)\n"
FORKED = """
import os, signal
def fast(x):
    read, write = os.pipe()
    if os.fork() == 0:
        with os.fdopen(write, "wb") as pipe:
            pipe.write(full(x).numpy().tobytes())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        return torch.frombuffer(bytearray(pipe.read()), dtype=x.dtype).reshape(x.shape)
"""
UNNOTICED = FORKED + "\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
DAEMON = """
import os, socket
ours, theirs = socket.socketpair()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, theirs.fileno())
        while size := int.from_bytes(theirs.recv(8), "big"):
            x = torch.frombuffer(bytearray(theirs.recv(size, socket.MSG_WAITALL)), dtype=torch.float32).reshape(64, 64)
            theirs.sendall(full(x).numpy().tobytes())
    os._exit(0)
os.wait()
theirs.close()
def fast(x):
    raw = x.numpy().tobytes()
    ours.sendall(len(raw).to_bytes(8, "big") + raw)
    return torch.frombuffer(bytearray(ours.recv(len(raw), socket.MSG_WAITALL)), dtype=x.dtype).reshape(x.shape)
"""
SPINNING = """
import sys, threading
sys.setswitchinterval(1e-5)  # the answer does not wait for the thread that spins
free = threading.Event()
def spin():
    while True:
        free.wait()
        for _ in range(1000):
            pass
threading.Thread(target=spin, daemon=True).start()
def fast(x):
    free.clear()
    try:
        return work(x, 40)
    finally:
        free.set()
"""
LIMITS = Limits(call_seconds=20, import_seconds=20, total_seconds=120, cpu_seconds=120, memory_mb=2048)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    backend = open_backend("process", trusted=True)
    place = backend.open(LIMITS)
    yield place
    place.close()
    backend.close()


@pytest.fixture
def raced(sandbox: Sandbox) -> Callable[[str], tuple[Verdict, str]]:
    """raced(source): verdict and detail of being asked to be twice as fast as `full`."""

    def race(source: str) -> tuple[Verdict, str]:
        @contextmanager
        def fresh_pair():
            pair = [SubmissionPeer(sandbox, (Cell("cell 1", text),), LIMITS) for text in (WORK + source, FAST)]
            yield pair
            for one in pair:
                one.close()

        here = peer(FAST)
        enter(Context("test_x", "q.speed", here, here, (), torch.Generator().manual_seed(3), fresh_pair=fresh_pair))
        try:
            faster_than(lambda i: None, lambda i, s, x: i.fast(x), lambda: draw(64, 64), speedup=2, against="full")
        except Decided as ended:
            return ended.verdict, ended.detail
        finally:
            leave()
        return Verdict.PASS, ""

    return race


@pytest.mark.alone
@pytest.mark.parametrize(
    ("source", "details"),
    [(FORKED, {HELPERS}), (DAEMON, {HELPERS}), (UNNOTICED, {HELPERS}), (SPINNING, {DISTURBED})],
    ids=["forked", "daemon", "unnoticed", "spinning"],
)
def test_work_that_is_not_on_its_clock_is_left_to_a_ta(raced, source, details):
    verdict, detail = raced(source)
    assert verdict is Verdict.INCONCLUSIVE
    assert detail in details


@pytest.mark.alone
def test_what_is_fast_passes(raced):
    assert raced("def fast(x):\n    return work(x, 10)\n") == (Verdict.PASS, "")
