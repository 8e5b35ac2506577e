"""What student code can do to the connection: the parent neither hangs nor breaks, and says whose fault it was."""

from __future__ import annotations

import gc
import itertools
import os
import time
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from autograder.course.models import Limits
from autograder.course.verdict import Verdict
from autograder.sandbox.answer import Answer, Held, read_answer
from autograder.sandbox.backends.process import ProcessBackend
from autograder.sandbox.child import Child
from autograder.sandbox.faults import StudentFault
from autograder.sandbox.protocol import Body, ProtocolError, Ref, decode

LIMITS = Limits(call_seconds=2, import_seconds=2, memory_mb=1500, output_mb=1, file_mb=1, cpu_seconds=20)
WROTE = "wrote to the connection with the grader (file descriptor 3)"
BROKE = "broke its connection with the grader (file descriptor 3)"

FORGE = """
import array, json, os, socket, struct, sys, threading, time
import torch

def number():
    caller = sys._getframe()
    while type(caller.f_locals.get("head")) is not dict:
        caller = caller.f_back
    return caller.f_locals["head"]["seq"]

def frame(told, body=b"", size=None):
    raw = json.dumps(told).encode()
    return struct.pack("<IQ", len(raw), len(body) if size is None else size) + raw + body

def say(told, body=b""):
    os.write(3, frame({"seq": number(), **told}, body))

wire = socket.socket(fileno=os.dup(3))
"""


@pytest.fixture(scope="module")
def backend() -> Iterator[ProcessBackend]:
    backend = ProcessBackend()
    yield backend
    backend.close()


@pytest.fixture
def child(backend: ProcessBackend) -> Iterator[Child]:
    child = backend.fork(LIMITS)
    yield child
    child.close()


def load(child: Child, source: str) -> Answer:
    data = np.frombuffer((FORGE + source).encode(), dtype=np.uint8)
    return child.request("load", {"label": "cell 1", "source": data}, 5)


def call(child: Child, name: str, *args: Any, seconds: float = 5.0) -> Any:
    return child.request("call", {"target": Ref(None, name), "args": args}, seconds)


def fault(child: Child, body: str, *args: Any, seconds: float = 5.0) -> StudentFault:
    """How a call of a function with this body ends, when its caller expects an answer."""
    load(child, "def f(*x):\n    " + body.replace("\n", "\n    "))
    try:
        for _ in range(2):  # what was said at the wrong time shows at the next request
            call(child, "f", *args, seconds=seconds)
    except StudentFault as ended:
        assert child.dead
        return ended
    raise AssertionError("two answers were taken")


# ── frames of the student's own ──────────────────────────────────────────────────────────────────────────────────

FORGED = {
    "an answer out of order": "os.write(3, frame({'seq': 1, 'value': None}))",
    "a number that is none": "os.write(3, frame({'seq': float(number()), 'value': None}))",
    "an answer with unknown fields": "say({'value': None, 'verdict': 'PASS'})",
    "value and error": "say({'value': None, 'error': None})",
    "an error with a body": "say({'error': {'type': 'ValueError'}}, bytes(64))",
    "an error with unknown fields": "say({'error': {'type': 'ValueError', 'score': 1}})",
    "an error that is not an object": "say({'error': 3})",
    "an error with fields of the wrong type": "say({'error': {}})",
    "a list of calls that is not one": "say({'banned': 3, 'value': None})",
    "names of calls that are none": "say({'banned': [3], 'value': None})",
    "a long list of calls": "say({'banned': ['a'] * 257, 'value': None})",
    "a long name of a call": "say({'banned': ['a' * 201], 'value': None})",
    "a frame of": "os.write(3, struct.pack('<IQ', 2**16 + 1, 0))",
    "a head is not JSON": "os.write(3, struct.pack('<IQ', 4, 0) + b'PASS')",
    "a head is nested too deep": "os.write(3, struct.pack('<IQ', 60_000, 0) + b'[' * 60_000)",
    "bytes are left over after the last tensor": "say({'value': None}, bytes(64))",
}
SAID = {
    "a number that is none": "an answer out of order",
    "value and error": "an answer with unknown fields",
    "names of calls that are none": "a list of calls that is not one",
    "a long list of calls": "a list of calls that is not one",
    "a long name of a call": "a list of calls that is not one",
}


@pytest.mark.parametrize(("name", "body"), FORGED.items(), ids=FORGED)
def test_a_forged_frame_is_a_crash_of_the_submission(child: Child, name: str, body: str) -> None:
    ended = fault(child, body)
    assert (ended.verdict, ended.message) == (Verdict.CRASH, WROTE)
    assert ended.detail.startswith(f"protocol: {SAID.get(name, name)}")


def test_an_answer_ahead_of_its_request_is_refused(child: Child) -> None:
    """Numbers are drawn anew for each request: one that was answered twice has no answer left for the next."""
    ended = fault(child, "say({'value': 1})")
    assert ended.detail == "protocol: an answer out of order"


def test_numbers_cannot_be_foreseen(child: Child) -> None:
    load(child, "def f():\n    return number()")
    seen = [call(child, "f").value for _ in range(4)]
    assert len({b - a for a, b in itertools.pairwise(seen)}) == 3


def test_the_right_answer_can_be_forged_and_is_an_answer_like_any_other(child: Child) -> None:
    """The meta-test: frames made by `say` are well-formed, so the ones above fail for their own reason."""
    load(child, "def f():\n    say({'value': 5, 'banned': []})\n    os._exit(0)")
    assert call(child, "f") == Answer(5)


# ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────────

PATIENCE = 15.0
"""Seconds, also on a busy machine: what is not cut off takes a minute."""
SLOW = {
    "bytes one by one": "for byte in frame({'seq': number(), 'value': 1}):\n    os.write(3, bytes([byte]))\n    time.sleep(0.2)",
    "nothing after the prefix": "os.write(3, struct.pack('<IQ', 65536, 2**28))\ntime.sleep(60)",
    "a body that does not end": (
        "os.write(3, frame({'seq': number(), 'value': None}, size=2**28))\nwhile True:\n    os.write(3, bytes(9))\n"
        "    time.sleep(0.01)"
    ),
    "another process holds the connection": "if os.fork():\n    os._exit(0)\ntime.sleep(60)",
}


@pytest.mark.parametrize("body", SLOW.values(), ids=SLOW)
def test_the_limit_is_for_the_whole_answer(child: Child, body: str) -> None:
    start = time.monotonic()
    ended = fault(child, body, seconds=0.5)
    assert (ended.verdict, ended.message) == (Verdict.TIMEOUT, "did not finish within 0.5 s")
    assert time.monotonic() - start < PATIENCE


def test_a_child_that_does_not_read_hangs_nobody(child: Child) -> None:
    """Many tensors, each of which would fit in a time limit of its own."""
    load(
        child,
        "def f():\n    threading.Thread(target=sip, daemon=True).start()\n    stop()\n\n"
        "def sip():\n    while True:\n        time.sleep(0.1)\n        os.read(3, 2**20)\n\n"
        "def stop():\n    say({'value': None})\n    time.sleep(60)",
    )
    call(child, "f")
    start = time.monotonic()
    with pytest.raises(StudentFault) as caught:
        call(child, "g", *(torch.zeros(2**18) for _ in range(60)), seconds=0.5)
    assert caught.value.verdict is Verdict.TIMEOUT
    assert time.monotonic() - start < PATIENCE


# ── the socket itself ────────────────────────────────────────────────────────────────────────────────────────────

ENDS = {
    "it closes its end of the writing": "wire.shutdown(socket.SHUT_WR)\ntime.sleep(60)",
    "it closes both": "wire.shutdown(socket.SHUT_RDWR)\ntime.sleep(60)",
    "it closes the descriptor": "wire.close()\nos.close(3)\ntime.sleep(60)",
    "a frame breaks off": "os.write(3, struct.pack('<IQ', 100, 0) + b'{')\nwire.shutdown(socket.SHUT_WR)\ntime.sleep(60)",
}


@pytest.mark.parametrize("body", ENDS.values(), ids=ENDS)
def test_a_connection_that_ends(child: Child, body: str) -> None:
    ended = fault(child, body)
    assert (ended.verdict, ended.message) == (Verdict.CRASH, BROKE)


def test_an_end_that_no_longer_reads(child: Child) -> None:
    load(child, "def f():\n    wire.shutdown(socket.SHUT_RD)\n    say({'value': 1})")
    assert call(child, "f").value == 1
    with pytest.raises(StudentFault) as caught:
        call(child, "f", torch.zeros(2**20))
    assert caught.value.verdict is Verdict.CRASH


def test_descriptors_that_are_sent_along_are_not_taken(child: Child) -> None:
    load(
        child,
        "def f():\n"
        "    fds = array.array('i', [os.open('/dev/null', os.O_RDONLY) for _ in range(100)])\n"
        "    wire.sendmsg([frame({'seq': number(), 'value': 5})], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])\n"
        "    os._exit(0)",
    )
    before = len(os.listdir("/proc/self/fd"))
    assert call(child, "f").value == 5
    assert len(os.listdir("/proc/self/fd")) <= before


def test_urgent_data_is_no_answer(child: Child) -> None:
    """A byte out of band is left out of what is read; the answer after it counts."""
    source = "def f():\n    try:\n        wire.send(b'!', socket.MSG_OOB)\n    except OSError:\n        return 8\n    return 7"
    load(child, source)
    assert call(child, "f").value in (7, 8)


# ── memory ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_prefix_takes_no_memory(child: Child) -> None:
    """256 MiB are announced and 9 bytes sent: what is resident stays as it was."""
    load(
        child,
        "def f():\n    os.write(3, frame({'seq': number(), 'value': None}, size=2**28) + bytes(9))\n    time.sleep(60)",
    )
    before = peak()
    with pytest.raises(StudentFault):
        call(child, "f", seconds=0.5)
    assert peak() - before < 32 * 2**20


def peak() -> int:
    """Most bytes of memory that this process had, once /proc is told to forget."""
    with open("/proc/self/status") as status:
        found = int(next(line for line in status if line.startswith("VmHWM")).split()[1]) * 1024
    with open("/proc/self/clear_refs", "w") as refs:
        refs.write("5")
    return found


def test_answers_that_are_kept_are_bounded_together(child: Child) -> None:
    """Each is within the rules of a frame; a test that holds all of them would take the machine with it."""
    load(child, "def f():\n    return torch.zeros(200 * 2**20, dtype=torch.uint8)")
    held = [call(child, "f", seconds=20).value for _ in range(2)]
    with pytest.raises(StudentFault) as caught:
        held.append(call(child, "f", seconds=20).value)
    assert caught.value.verdict is Verdict.MEMORY
    assert caught.value.message == "returned more than the 512 MiB that one test may hold at a time"


def test_room_comes_back_with_the_last_tensor_of_a_body() -> None:
    held = Held(most=2**20)
    tree = {"$": "tensor", "dtype": "uint8", "shape": [2**19]}
    body = Body(2**19)
    held.add(body)
    value = decode(tree, body)
    del body
    part = value[3:]
    del value
    assert held.room == 2**19
    del part
    assert held.room == 2**20


def test_room_comes_back_from_a_circle() -> None:
    held = Held(most=2**20)
    circle: list[Any] = [Body(2**19)]
    held.add(circle[0])
    circle.append(circle)
    del circle
    assert held.room == 2**20


def test_large_answers_are_given_back_at_the_end_and_small_ones_wait() -> None:
    def in_a_circle(size: int) -> weakref.ref[Body]:
        circle: list[Any] = [Body(size)]
        circle.append(circle)
        held.add(circle[0])
        return weakref.ref(circle[0])

    held = Held()
    gc.disable()
    try:
        small = in_a_circle(2**20)
        held.let_go()
        assert small() is not None
        large = in_a_circle(2**25)
        held.let_go()
        assert large() is None
    finally:
        gc.enable()


def test_an_answer_is_read_by_its_number() -> None:
    assert read_answer({"seq": 4, "value": [1]}, Body(), 4, frozenset()) == Answer([1])
    for head in ({"seq": 5}, {"seq": True}, {}, {"seq": 4.0}):
        with pytest.raises(ProtocolError, match="an answer out of order"):
            read_answer(head, Body(), 4, frozenset())
