"""`gradus verify` is killed: its workers, and the sandboxes that they keep, end with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.course.loading import load_assignment
from autograder.release import release
from tests.faults.conftest import processes_of

COMMAND = "from autograder.cli import main; main()"


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("options", [(), ("--mutate",)], ids=["submissions", "mutants"])
def test_nobody_is_left(tiny: Path, tmp_path: Path, how: signal.Signals, options: tuple[str, ...]) -> None:
    release(load_assignment(tiny, "scale"))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "--course", str(tiny), "verify", "scale", "--sandbox", "process", "--jobs", "2",
         "--out", str(tmp_path / "out"), *options],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | {"TMPDIR": str(temporary)},
    )  # fmt: skip
    patience = time.monotonic() + 60
    # Itself, two workers, and the process that tracks their resources: from here on they grade.
    while len(processes_of(temporary)) < 4 and process.poll() is None and time.monotonic() < patience:
        time.sleep(0.05)
    time.sleep(3)
    assert process.poll() is None
    process.send_signal(how)
    process.wait(30)
    while processes_of(temporary) and time.monotonic() < patience:
        time.sleep(0.1)
    assert processes_of(temporary) == []


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.5, 6.0], ids=["starting", "grading"])
def test_ctrl_c_is_answered_in_one_word(tiny: Path, tmp_path: Path, seconds: float) -> None:
    """A terminal sends it to every process; workers say nothing, least of all a traceback."""
    release(load_assignment(tiny, "scale"))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "--course", str(tiny), "verify", "scale", "--sandbox", "process", "--jobs", "2",
         "--out", str(tmp_path / "out")],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env=os.environ | {"TMPDIR": str(temporary)},
    )  # fmt: skip
    patience = time.monotonic() + 60
    while len(processes_of(temporary)) < 4 and process.poll() is None and time.monotonic() < patience:
        time.sleep(0.05)
    time.sleep(seconds)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (said.strip(), process.returncode) == ("Interrupted.", 130)
