"""Graders that are killed at any moment: nothing is lost, and nothing is graded twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.batches.backlog import ungraded
from autograder.course.models import LoadedAssignment
from autograder.gradebook import Gradebook
from autograder.gradebook.results import results_of
from autograder.gradebook.tasks import progress_of
from tests.batches.conftest import Write

pytestmark = pytest.mark.slow
NUMBER = 10
MISTAKE = "def standardise(x):\n    return x - x.mean(-1, keepdim=True)\n"


@pytest.fixture
def start(scale: LoadedAssignment, book: Gradebook, hand_in: Write) -> Callable[[], subprocess.Popen[bytes]]:
    """Starts `gradus grade --class` on a class of NUMBER, half of which is wrong."""
    folder = hand_in({f"s{n}": f"{MISTAKE if n % 2 else ''}\n# {n}\n" for n in range(NUMBER)})
    for n, file in enumerate(sorted(folder.iterdir())):  # no two files are the same
        file.write_text(f"{file.read_text()}\n# {n}\n")
    command = [
        sys.executable, "-m", "autograder", "--course", str(scale.paths.course), "grade", "scale", "--class", str(folder),
        "--gradebook", str(book.place), "--add-unknown", "--jobs", "2", "--sandbox", "process", "--i-trust-this-code",
    ]  # fmt: skip
    return lambda: subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def wait_until(condition: Callable[[], bool], grader: subprocess.Popen[bytes]) -> None:
    while grader.poll() is None and not condition():
        time.sleep(0.02)


def finish(grader: subprocess.Popen[bytes]) -> str:
    out, err = grader.communicate(timeout=300)
    assert grader.returncode == 0, err.decode()
    return out.decode()


def workers(pid: int) -> list[int]:
    """The workers that the coordinator `pid` has now."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                worker = b"spawn_main" in (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if parent == pid and worker:
                found.append(int(entry.name))
    return found


def test_a_coordinator_that_is_killed_again_and_again(
    start: Callable[[], subprocess.Popen[bytes]], book: Gradebook
) -> None:
    seed = random.randrange(10**6)
    print(f"moments drawn with seed {seed}")
    moments = random.Random(seed)
    before: dict[int, str] = {}
    kills = 0
    for _ in range(5):
        grader = start()
        wait_until(lambda: progress_of(book, "scale").claimed > 0, grader)
        time.sleep(moments.uniform(0, 1.5))
        kills += grader.poll() is None
        grader.kill()
        grader.communicate()
        now = {attempt: one.model_dump_json() for attempt, one in results_of(book, "scale").items()}
        assert before.items() <= now.items()  # what was graded is not graded again
        before = now
    finish(start())
    assert kills >= 2
    results = results_of(book, "scale")
    assert len(results) == NUMBER
    assert before.items() <= {attempt: one.model_dump_json() for attempt, one in results.items()}.items()
    assert sorted(one.score for one in results.values()) == [40] * 5 + [80] * 5
    assert len({one.environment.seed for one in results.values()}) == 1
    assert progress_of(book, "scale").done == NUMBER
    assert "Graded: 0," in finish(start())


def test_a_coordinator_that_is_killed_while_it_receives(
    start: Callable[[], subprocess.Popen[bytes]], book: Gradebook
) -> None:
    from autograder.gradebook.attempts import attempts_of

    grader = start()
    wait_until(lambda: len(attempts_of(book, "scale")) > 0, grader)
    grader.kill()
    grader.communicate()
    finish(start())
    assert len(results_of(book, "scale")) == len(attempts_of(book, "scale")) == NUMBER


def test_a_worker_that_is_killed_in_mid_task(start: Callable[[], subprocess.Popen[bytes]], book: Gradebook) -> None:
    grader = start()
    killed = 0
    while grader.poll() is None and killed < 2:
        wait_until(lambda: progress_of(book, "scale").claimed > 0, grader)
        time.sleep(0.3)
        for pid in workers(grader.pid)[-1:]:
            os.kill(pid, signal.SIGKILL)
            killed += 1
    finish(grader)
    assert killed == 2
    assert len(results_of(book, "scale")) == NUMBER
    assert ungraded(book, "scale") == []


def test_two_graders_share_a_class(start: Callable[[], subprocess.Popen[bytes]], book: Gradebook) -> None:
    graders = [start(), start()]
    said = [finish(grader) for grader in graders]
    numbers = [int(text.partition("Graded: ")[2].partition(",")[0]) for text in said]
    assert sum(numbers) == NUMBER
    assert len(results_of(book, "scale")) == NUMBER
