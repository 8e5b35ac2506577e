"""`gradus grade` is killed at any moment: nothing is torn, nothing is left running, and the next run ends the work."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.grading.result import Result
from autograder.sandbox.backend import kind_of
from autograder.sandbox.leftovers import abandoned, mark, remove_leftovers
from tests.faults.conftest import LOOPS, WRONG, processes_of

COMMAND = "from autograder.cli import main; main()"
SCORES = {"right": 80, "wrong": 40, "loops": 40, "right2": 80}


class Grader:
    """A real `gradus grade` of four submissions, with a folder for temporary files of its own."""

    def __init__(self, course: Path, paths: list[Path], folder: Path, sandbox: str) -> None:
        self.out, self.temporary = folder / "out", folder / "tmp"
        self.temporary.mkdir(exist_ok=True)
        self._arguments = [
            *("--course", str(course), "grade", "scale", *map(str, paths), "--out", str(self.out), "--seed", "7"),
            *("--sandbox", sandbox, "--i-trust-this-code", "--jobs", "2"),
        ]

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND, *self._arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"TMPDIR": str(self.temporary)},
        )

    def workers(self) -> list[int]:
        """Its processes, also one that was started too late to be seen."""
        return processes_of(self.temporary)

    def results(self) -> dict[str, Result]:
        """Every result on disk. A torn one would raise here."""
        found = {}
        for path in self.out.glob("*/result.json"):
            found[path.parent.name] = Result.model_validate(json.loads(path.read_text(encoding="utf-8")))
        return found


def family(pid: int) -> dict[int, str]:
    """The processes that descend from `pid`, with when each was started."""
    parents: dict[int, int] = {}
    started: dict[int, str] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry)], started[int(entry)] = int(fields[1]), fields[19]
    found = {pid}
    while grown := {child for child, parent in parents.items() if parent in found} - found:
        found |= grown
    return {one: started[one] for one in found if one in started}


def running(processes: dict[int, str]) -> list[int]:
    left = []
    for pid, when in processes.items():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[19] == when and fields[0] != "Z":
            left.append(pid)
    return left


def kill_and_look(grader: Grader, after: float) -> None:
    process = grader.start()
    deadline = time.monotonic() + after
    seen: dict[int, str] = {}
    while time.monotonic() < deadline and process.poll() is None:
        seen |= family(process.pid)
        time.sleep(0.05)
    seen |= family(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    for name, result in grader.results().items():
        complete = result.status == "graded" and result.score == SCORES[name] and len(result.criteria) > 0
        assert complete or result.status == "placeholder", (name, result)
    patience = time.monotonic() + 60
    while (running(seen) or grader.workers()) and time.monotonic() < patience:
        time.sleep(0.1)
    assert (running(seen), grader.workers()) == ([], [])


def kill_many_times(course: Path, class_of: Callable[..., list[Path]], folder: Path, times: int, sandbox: str) -> None:
    paths = class_of(right="", wrong=WRONG, loops=LOOPS, right2="")
    grader = Grader(course, paths, folder, sandbox)
    began = time.monotonic()
    assert grader.start().wait(300) == 0  # also measures, so that the runs that follow begin at once
    whole = time.monotonic() - began
    began = time.monotonic()
    assert grader.start().wait(300) == 0
    whole = min(whole, time.monotonic() - began)
    for path in grader.out.glob("*/*"):
        path.unlink()
    chance = random.Random(7)
    for _ in range(times):
        kill_and_look(grader, chance.uniform(0.1, 1.1) * whole)
    assert grader.start().wait(300) == 0
    results = grader.results()
    assert {name: result.score for name, result in results.items()} == SCORES
    assert {result.status for result in results.values()} == {"graded"}
    assert {path.name for path in grader.out.iterdir()} == {*SCORES, ".gradus.lock"}
    for name in SCORES:
        names = {path.name for path in (grader.out / name).iterdir()}
        assert names == {"result.json", "feedback.html", "gradescope.json"}
    assert [path.name for path in grader.temporary.iterdir() if path.name.startswith("gradus-")] == []


@pytest.mark.slow
@pytest.mark.parametrize("sandbox", ["process", "uid", "bubblewrap"])
def test_killed_at_many_moments(tiny: Path, class_of: Callable[..., list[Path]], tmp_path: Path, sandbox: str) -> None:
    reason = kind_of(sandbox).obstacle(private=(), gpu=False)
    if reason is not None:
        pytest.skip(f"the sandbox {sandbox} cannot be used here: {reason}")
    kill_many_times(tiny, class_of, tmp_path, int(os.environ.get("GRADUS_KILLS", "5")), sandbox)


def test_leftovers_of_the_dead_are_removed_and_those_of_the_living_are_not(tmp_path: Path) -> None:
    dead = subprocess.run(
        [sys.executable, "-c", "from autograder.sandbox.leftovers import mark; print(mark())"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    mine = mark()
    other_namespace = "gradus-1-" + dead.split("-", 2)[2]
    again = "-".join([*mine.split("-")[:3], "1", ""])  # our number, but a process that was started at another time
    names = [f"{dead}x", f"{mine}x", f"{other_namespace}x", "gradus-x", f"{again}x"]
    for name in names:
        (tmp_path / name / "deep").mkdir(parents=True)
    (tmp_path / f"{dead}link").symlink_to(tmp_path / f"{mine}x")
    remove_leftovers(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {f"{mine}x", f"{other_namespace}x", "gradus-x"}
    assert (tmp_path / f"{mine}x" / "deep").is_dir()  # the link that led there was removed, and not followed
    assert abandoned(f"{dead}x")
    assert not abandoned(f"{mine}x")


def test_a_grader_that_ended_and_is_not_reaped_is_gone(tmp_path: Path) -> None:
    """As where the first process of a container reaps nobody."""
    pid = os.fork()
    if pid == 0:
        (tmp_path / f"{mark()}x").mkdir()
        os._exit(0)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert len(list(tmp_path.iterdir())) == 1
    remove_leftovers(tmp_path)
    assert list(tmp_path.iterdir()) == []
    os.waitpid(pid, 0)
