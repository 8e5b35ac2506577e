"""The backend `process`: limits that hold, output that is drained, and nothing left behind."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from autograder.course.models import Limits
from autograder.course.verdict import Verdict
from autograder.sandbox.answer import Answer
from autograder.sandbox.backend import Refused, open_backend
from autograder.sandbox.backends.process import ProcessBackend
from autograder.sandbox.child import Child
from autograder.sandbox.faults import GraderFault, StudentFault
from autograder.sandbox.protocol import Ref
from autograder.sandbox.submission import Cell, SubmissionPeer

LIMITS = Limits(call_seconds=2, import_seconds=2, memory_mb=256, output_mb=1, file_mb=1, cpu_seconds=2)


@pytest.fixture(scope="module")
def backend() -> Iterator[ProcessBackend]:
    backend = ProcessBackend()
    yield backend
    backend.close()


@pytest.fixture
def child(backend: ProcessBackend) -> Iterator[Child]:
    child = backend.open(LIMITS).fork()
    yield child
    child.close()


def load(child: Child, source: str, seconds: float = 5.0) -> Answer:
    data = np.frombuffer(source.encode(), dtype=np.uint8)
    return child.request("load", {"label": "cell 1", "source": data}, seconds)


def call(child: Child, name: str, *args: Any) -> Any:
    answer = child.request("call", {"target": Ref(None, name), "args": args}, 5)
    assert answer.error is None, answer.error
    return answer.value


def fault(child: Child, source: str, seconds: float = 5.0) -> tuple[Verdict, str]:
    with pytest.raises(StudentFault) as caught:
        load(child, source, seconds)
    assert child.dead
    return caught.value.verdict, caught.value.message


def children_of(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


# ── nothing is left ──────────────────────────────────────────────────────────────────────────────────────────────


def test_100_children_leave_nothing(backend: ProcessBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No descriptor, no thread, no zombie, no folder; neither here nor in the zygote."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def held() -> tuple[int, int, int, int, int]:
        zygote = backend._launch.pid
        descriptors = [len(os.listdir(f"/proc/{pid}/fd")) for pid in (os.getpid(), zygote)]
        return (*descriptors, threading.active_count(), len(children_of(zygote)), len(list(tmp_path.iterdir())))

    backend.fork(LIMITS).close()
    before = held()
    for number in range(100):
        child = backend.open(LIMITS).fork()
        if number % 3 == 0:
            fault(child, "import os\nos._exit(1)")
        child.close()
    assert held() == before


def test_a_failed_fork_leaves_nothing(backend: ProcessBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    backend.fork(LIMITS).close()
    before = len(os.listdir("/proc/self/fd"))

    def refuse(*args: Any) -> None:
        raise GraderFault("no")

    monkeypatch.setattr(backend._zygote, "ask", refuse)
    for _ in range(5):
        with pytest.raises(GraderFault, match="no"):
            backend.fork(LIMITS)
    assert len(os.listdir("/proc/self/fd")) == before


def test_scratch_is_where_a_child_starts_and_goes_with_it(child: Child) -> None:
    load(child, "import os\ndef where():\n    open('x', 'w').close()\n    return os.getcwd()")
    scratch = Path(call(child, "where"))
    assert (scratch / "x").exists()
    child.close()
    assert not scratch.exists()


def test_orphans_are_reaped(backend: ProcessBackend, child: Child) -> None:
    orphan = "    if os.fork() == 0:\n        time.sleep(600)\n    os._exit(0)\n"
    load(child, f"import os, time\nif os.fork() == 0:\n    os.setsid()\n{orphan}os.wait()")
    zygote = backend._launch.pid
    deadline = time.monotonic() + 5
    while len(children_of(zygote)) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(children_of(zygote)) == 2
    child.close()
    assert children_of(zygote) == []


def test_one_childs_end_is_not_anothers(backend: ProcessBackend) -> None:
    one, other = backend.fork(LIMITS), backend.fork(LIMITS)
    load(other, "def f():\n    return 3")
    fault(one, "import os\nos.killpg(0, 9)")
    assert call(other, "f") == 3
    other.close()


def test_closing_the_backend_ends_everything() -> None:
    backend = open_backend("process", trusted=True)
    assert isinstance(backend, ProcessBackend)
    child, zygote = backend.fork(LIMITS), backend._launch.pid
    backend.close()
    assert not Path(f"/proc/{zygote}").exists()
    assert not Path(f"/proc/{child.pid}").exists()
    with pytest.raises(GraderFault):
        load(child, "x = 1")
    child.close()


def test_an_unknown_backend() -> None:
    with pytest.raises(
        Refused, match=r"^There is no sandbox 'cloud'\. There are: auto, docker, bubblewrap, uid, process\.$"
    ):
        open_backend("cloud")


def test_the_child_runs_this_package(child: Child) -> None:
    import autograder

    load(child, "import autograder\ndef where():\n    return autograder.__file__")
    assert call(child, "where") == autograder.__file__


# ── limits ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_limits_are_applied(child: Child) -> None:
    load(child, "import resource as r\ndef limit(name):\n    return r.getrlimit(getattr(r, name))")
    assert call(child, "limit", "RLIMIT_CPU") == (2, 3)
    assert call(child, "limit", "RLIMIT_FSIZE") == (2**20, 2**20)
    assert call(child, "limit", "RLIMIT_CORE") == (0, 0)
    assert call(child, "limit", "RLIMIT_NOFILE") == (256, 256)
    data, space = call(child, "limit", "RLIMIT_DATA"), call(child, "limit", "RLIMIT_AS")
    assert data[0] < 2**30
    assert data[0] < space[0] < 3 * 2**30


def test_memory_within_the_limit_is_there(child: Child) -> None:
    load(child, "import torch\ndef f():\n    return torch.ones(2**25).sum()")  # 128 of 256 MB
    assert float(call(child, "f")) == 2**25


def test_cpu_time_ends(child: Child) -> None:
    assert fault(child, "while True:\n    pass", 20) == (Verdict.TIMEOUT, "used more than 2 s of CPU time")


@pytest.mark.slow
def test_cpu_time_ends_for_those_who_ignore_it(child: Child) -> None:
    source = "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True:\n    pass"
    assert fault(child, source, 20) == (Verdict.TIMEOUT, "used more than 2 s of CPU time")


def test_wall_time_ends(child: Child) -> None:
    assert fault(child, "import time\ntime.sleep(60)", 0.3) == (Verdict.TIMEOUT, "did not finish within 0.3 s")


def test_a_stopped_child_is_killed(child: Child) -> None:
    assert fault(child, "import os\nos.kill(os.getpid(), 19)", 0.3)[0] is Verdict.TIMEOUT
    assert not Path(f"/proc/{child.pid}").exists()


def test_output_is_drained_kept_in_part_and_bounded(backend: ProcessBackend) -> None:
    child = backend.fork(LIMITS.model_copy(update={"output_mb": 8}))
    load(child, "print('first')\nfor _ in range(3):\n    print('x' * 2**20, flush=True)")
    child.close()
    assert child.output.total == 3 * (2**20 + 1) + 6
    assert len(child.output.kept) == 2**20
    assert child.output.kept.startswith(b"first\n")
    assert fault(backend.fork(LIMITS), "while True:\n    print('x' * 2**16)") == (
        Verdict.OUTPUT_LIMIT,
        "printed more than 1 MB",
    )


def test_stdin_is_empty(child: Child) -> None:
    load(child, "import sys\ndef f():\n    return sys.stdin.read()")
    assert call(child, "f") == ""


def test_the_clock_of_a_child_is_read_from_outside(child: Child) -> None:
    before = child.cpu_seconds()
    load(
        child,
        "import time\ntime.process_time = lambda: 0.0\nend = time.monotonic() + 0.2\nwhile time.monotonic() < end:\n    pass",
    )
    assert child.cpu_seconds() - before > 0.05


# ── whose fault it is ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_request_that_cannot_be_sent_is_the_graders_fault(child: Child) -> None:
    with pytest.raises(GraderFault, match=r"the request call cannot be sent: more than can be read"):
        child.request("call", {"target": Ref(None, "f"), "args": ["x" * 2**17]}, 5)


def test_a_broken_scaffold_is_the_graders_fault(backend: ProcessBackend) -> None:
    for scaffold, message in {
        "raise ValueError('x')": "the scaffold raises ValueError: x in line 1",
        "import os\nos._exit(3)": r"the scaffold ended the Python process",
    }.items():
        peer = SubmissionPeer(backend.open(LIMITS), (Cell("cell 1", "x = 1"),), LIMITS, scaffold=scaffold)
        with pytest.raises(GraderFault, match=f"^{message}$"):
            peer.request("call", {"target": Ref(None, "x"), "args": []})
        peer.close()


def test_time_that_is_used_up_is_told_as_such(backend: ProcessBackend) -> None:
    """The grader's own time between two requests does not count."""
    limits = LIMITS.model_copy(update={"total_seconds": 1.5})
    source = "import time\n\ndef f(seconds):\n    time.sleep(seconds)\n    return 1"
    peer = SubmissionPeer(backend.open(limits), (Cell("cell 1", source),), limits)
    time.sleep(1.6)
    assert peer.request("call", {"target": Ref(None, "f"), "args": [0.3]}) == 1
    with pytest.raises(StudentFault, match="did not finish within"):
        peer.request("call", {"target": Ref(None, "f"), "args": [60]})
    with pytest.raises(StudentFault) as caught:
        peer.request("call", {"target": Ref(None, "f"), "args": [0]})
    assert str(caught.value) == "Not run: your code used up its 1.5 s in earlier tests. Make it faster."
    assert (caught.value.verdict, caught.value.starved) == (Verdict.TIMEOUT, True)
    assert 1.4 < peer.usage.total < 10
    assert peer.usage.cpu < 1
    peer.close()


BURNS = "import time\n\ndef f(cpu):\n    while time.process_time() < cpu:\n        pass\n    return 1"
SLEEPS = "import time\n\ndef f(seconds):\n    time.sleep(seconds)\n    return 1"


def held_back(monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    """As if the machine gave a child `share` of a processor, whatever else this one does meanwhile."""
    monkeypatch.setattr(Child, "cpu_so_far", lambda self: time.monotonic() * share)


@pytest.mark.parametrize(("share", "starved"), [(1.0, False), (0.4, True)])
def test_a_loop_is_slow_by_its_own_doing_unless_it_was_held_back(
    backend: ProcessBackend, monkeypatch: pytest.MonkeyPatch, share: float, starved: bool
) -> None:
    held_back(monkeypatch, share)
    child = backend.open(LIMITS).fork()
    load(child, BURNS)
    with pytest.raises(StudentFault) as caught:
        child.request("call", {"target": Ref(None, "f"), "args": [60]}, 1.0)
    assert (caught.value.verdict, caught.value.starved) == (Verdict.TIMEOUT, starved)
    assert caught.value.message == "did not finish within 1 s"
    assert caught.value.detail.startswith("it had ")


def test_a_stretched_request_waits_for_one_that_was_held_back(
    backend: ProcessBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_back(monkeypatch, 0.03)
    child = backend.open(LIMITS).fork()
    load(child, BURNS)
    answer = child.request("call", {"target": Ref(None, "f"), "args": [0.5]}, 0.2, 100.0)
    assert answer.value == 1
    child.close()


def test_a_stretched_request_does_not_wait_for_a_sleeper_or_for_a_loop(backend: ProcessBackend) -> None:
    for source in (BURNS, SLEEPS):
        child = backend.open(LIMITS).fork()
        load(child, source)
        began = time.monotonic()
        with pytest.raises(StudentFault):
            child.request("call", {"target": Ref(None, "f"), "args": [60]}, 0.5, 100.0)
        assert time.monotonic() - began < 25


def test_tensors_come_back_over_the_pipe(child: Child) -> None:
    load(child, "def f(x):\n    return {'x': x * 2, 'n': None}")
    x = torch.randn(1000, 300)
    assert torch.equal(call(child, "f", x)["x"], x * 2)
