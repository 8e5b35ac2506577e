"""What a submission does to processes and files: nothing is left behind, and the next submission is graded."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from autograder.sandbox import zygote
from autograder.sandbox.backends.process import ProcessBackend

from .desk import CORRECT, Desk, messages, verdicts


def zygote_of(desk: Desk) -> int:
    backend = desk.bench.backend
    assert isinstance(backend, ProcessBackend)
    return backend._launch.pid


def alive(marker: str) -> list[int]:
    """Processes of the name `marker` that run; one that has ended and waits to be reaped is nobody's worry."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "comm").read_text().strip() == marker and "\nState:\tZ" not in (
                    entry / "status"
                ).read_text():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


NAMED = "import ctypes, os, signal, time\n\ndef named(name):\n    ctypes.CDLL(None).prctl(15, name.encode())\n\n"
FORKS = {
    "forks": "pid = os.fork()\n    if pid == 0:\n        named('{m}')\n        time.sleep(600)\n",
    "daemons": (
        "if os.fork() == 0:\n        os.setsid()\n        if os.fork() == 0:\n            named('{m}')\n"
        "            ctypes.CDLL(None).prctl(1, 0)\n            time.sleep(600)\n        os._exit(0)\n"
    ),
    "twenty": (
        "for _ in range(20):\n        if os.fork() == 0:\n            named('{m}')\n            time.sleep(600)\n"
    ),
    "a chain in one group": (
        "if os.fork() == 0:\n        named('{m}')\n        while os.fork() == 0 or not time.sleep(0.001):\n"
        "            os._exit(0) if os.getppid() == 1 else None\n"
    ),
    "ignored signals": (
        "if os.fork() == 0:\n        named('{m}')\n        [signal.signal(s, signal.SIG_IGN) for s in (1, 2, 3, 15)]\n"
        "        time.sleep(600)\n"
    ),
    "a program": (
        "import shutil, subprocess\n    os.path.exists('{m}') or shutil.copy('/bin/sleep', '{m}')\n"
        "    subprocess.Popen(['./{m}', '600'], start_new_session=True, env={{}})\n"
    ),
}


@pytest.mark.parametrize("lines", FORKS.values(), ids=FORKS)
def test_no_process_is_left(desk: Desk, lines: str) -> None:
    marker = f"left{os.getpid() % 10000}"
    result = desk.standardise(f"{NAMED}{CORRECT.replace('    c =', '    ' + lines.format(m=marker) + '    c =', 1)}\n")
    assert (result.status, result.score) == ("graded", 80)
    assert alive(marker) == []
    assert desk.standardise(CORRECT).score == 80


def test_the_search_for_left_processes_can_fail() -> None:
    pid = os.fork()
    if pid == 0:
        Path("/proc/self/comm").write_text("leftmeta")
        time.sleep(600)
    while not alive("leftmeta"):
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert alive("leftmeta") == []


def test_scratch_is_removed_and_nobody_elses(desk: Desk) -> None:
    note = desk.folder / "scratch"
    source = (
        f"import os, tempfile\nopen({str(note)!r}, 'w').write(os.getcwd() + ' ' + tempfile.gettempdir())\n{CORRECT}"
    )
    assert desk.standardise(source).score == 80
    scratch, temporary = note.read_text().split()
    assert scratch == temporary
    assert not Path(scratch).exists()
    assert desk.standardise(source).score == 80
    assert note.read_text().split()[0] != scratch


def test_a_child_has_no_environment_of_ours(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    note = desk.folder / "environment"
    monkeypatch.setenv("GRADER_SECRET", "x")
    assert desk.standardise(f"import os\nopen({str(note)!r}, 'w').write(' '.join(os.environ))\n{CORRECT}").score == 80
    assert "GRADER_SECRET" not in note.read_text()
    assert "HOME" in note.read_text()


# ── the process that starts children ─────────────────────────────────────────────────────────────────────────────

OURS = "The grader failed here, not your code. It costs you nothing; your course staff will look at it."


@pytest.mark.slow
def test_a_killed_zygote_is_the_graders_fault_and_is_replaced(desk: Desk) -> None:
    before = zygote_of(desk)
    result = desk.standardise(
        "import os, time\n\ndef standardise(x):\n    os.kill(os.getppid(), 9)\n    time.sleep(1)\n"
    )
    assert verdicts(result)["standardise.values"] == "GRADER_ERROR"
    assert messages(result)["standardise.values"] == OURS
    assert result.pending >= 30
    assert zygote_of(desk) != before
    assert "were killed while student code ran" in result.criteria[0].tests[0].detail
    assert desk.standardise(CORRECT).score == 80


@pytest.mark.slow
def test_killing_it_again_and_again_does_not_keep_the_grader_busy(desk: Desk) -> None:
    source = f"import os, time\nos.kill(os.getppid(), 9)\ntime.sleep(1)\n{CORRECT}"
    started = time.monotonic()
    result = desk.standardise(source)
    assert set(verdicts(result).values()) == {"GRADER_ERROR"}
    assert (result.score, result.pending) == (0, 100)
    assert time.monotonic() - started < 30
    assert desk.standardise(CORRECT).score == 80


@pytest.mark.slow
def test_a_process_that_outlives_the_zygote_is_found(desk: Desk) -> None:
    """A signal to the zygote's whole group reaches neither the grader nor whoever started it."""
    marker = f"outlive{os.getpid() % 1000}"
    source = (
        f"{NAMED}def standardise(x):\n    if os.fork() == 0:\n        ctypes.CDLL(None).prctl(1, 0)\n        os.setsid()\n"
        f"        named('{marker}')\n        time.sleep(600)\n    time.sleep(0.1)\n"
        "    os.killpg(os.getpgid(os.getppid()), 9)\n    time.sleep(9)\n"
    )
    assert verdicts(desk.standardise(source))["standardise.values"] == "GRADER_ERROR"
    assert desk.standardise(CORRECT).score == 80
    assert alive(marker) == []


@pytest.mark.slow
def test_a_stopped_zygote_is_replaced(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zygote, "_ANSWER_SECONDS", 2.0)
    source = "import os\n\ndef standardise(x):\n    os.kill(os.getppid(), 19)\n    os._exit(0)\n"
    result = desk.standardise(source)
    assert verdicts(result)["standardise.values"] == "GRADER_ERROR"
    assert desk.standardise(CORRECT).score == 80


def test_a_killed_zygote_between_two_submissions_costs_nobody_anything(desk: Desk) -> None:
    assert desk.standardise(CORRECT).score == 80
    os.kill(zygote_of(desk), signal.SIGKILL)
    assert desk.standardise(CORRECT).score == 80
