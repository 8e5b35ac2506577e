"""Two graders on one folder: the second is told who is there, and changes nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.cli import run
from autograder.grading.lock import LOCK, FolderInUse, sole_grader_of
from tests.grading.desk import COURSE

HOLD = """
import sys, time
from pathlib import Path
from autograder.grading.lock import sole_grader_of
with sole_grader_of(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_is_told_who_is_there_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    first = holder(out)
    try:
        (tmp_path / "ada.py").write_text("")
        command = ["--course", str(COURSE), "grade", "scale", str(tmp_path / "ada.py"), "--out", str(out)]
        assert run([*command, "--sandbox", "process", "--i-trust-this-code"]) == 2
        said = capsys.readouterr().err
        assert said.startswith(f"{out} is in use: process {first.pid} has been grading into it since ")
        assert "--out" in said
        assert [path.name for path in out.iterdir()] == [LOCK]
    finally:
        first.kill()
        first.wait()


def test_a_grader_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    first = holder(tmp_path)
    with pytest.raises(FolderInUse), sole_grader_of(tmp_path):
        pass
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    with sole_grader_of(tmp_path):
        assert (tmp_path / LOCK).read_text() == f"{os.getpid()}\n"


def test_a_new_folder_is_closed_to_others_and_an_old_one_stays_as_it_is(tmp_path: Path) -> None:
    open_one = tmp_path / "open"
    open_one.mkdir(mode=0o755)
    for folder, mode in ((tmp_path / "a" / "new", 0o700), (open_one, 0o755)):
        with sole_grader_of(folder):
            assert folder.stat().st_mode & 0o777 == mode
