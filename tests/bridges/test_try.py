"""The zip, really: set up and run in a container laid out and limited as Gradescope's, with three submissions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.boundaries.arrows import ROOT
from tests.bridges.platform import check_shape

BASE = os.environ.get("GRADUS_TRY_IMAGE", "gradus-base:bookworm")
EXAMPLES = ROOT / "examples" / "submissions"

pytestmark = [pytest.mark.docker, pytest.mark.slow]


def obstacle() -> str | None:
    """Why it cannot be tried here."""
    try:
        found = subprocess.run(["docker", "image", "inspect", BASE], capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"no docker here: {error}"
    return (
        f"docker does not answer, or has no image {BASE}: {found.stderr.decode().strip()}" if found.returncode else None
    )


def pip_says(name: str) -> str:
    """A setting of this machine's pip: the container is to reach packages as this machine does."""
    told = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True).stdout
    values = dict(line.split("=", 1) for line in told.splitlines() if "=" in line)
    return (values.get(f":env:.{name}") or values.get(f"global.{name}") or "").strip("'")


@pytest.fixture(scope="module")
def inputs() -> list[str]:
    certificates, wheels = pip_says("cert"), pip_says("find-links")
    options = ["--ca-bundle", certificates] if certificates and Path(certificates).is_file() else []
    return [*options, "--wheelhouse", wheels] if wheels and Path(wheels).is_dir() else options


Try = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def try_out(inputs: list[str]) -> Iterator[Try]:
    """Grades a submission of `lstm` and returns what `--json` tells; the image is removed in the end."""
    if reason := obstacle():
        pytest.skip(reason)
    images = set()

    def call(submission: Path, *more: str, code: int = 0) -> dict[str, Any]:
        options = ["--seed", "1", "--image", BASE, "--json", *inputs, *more]
        command = [sys.executable, "-m", "autograder", "gradescope", "lstm", "--try", str(submission), *options]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == code, done.stderr[-4000:]
        told: dict[str, Any] = json.loads(done.stdout)
        images.add(told["image"])
        return told

    yield call
    if not os.environ.get("GRADUS_KEEP_TRY_IMAGE"):
        subprocess.run(["docker", "image", "rm", "--force", *images], capture_output=True)


@pytest.mark.parametrize(("student", "score"), [("ada", 90.0), ("ben", 53.64), ("mallory", 34.0)])
def test_a_known_submission_in_the_default_container(try_out: Try, student: str, score: float) -> None:
    """768 MB and half a CPU, no network: the scores of `gradus grade`, nothing killed, nothing of it left."""
    told = try_out(EXAMPLES / student)
    sent = told["results"]
    check_shape(sent, 100)
    assert sent["score"] == pytest.approx(score)
    assert sent["extra_data"]["gradus"]["sandbox"] == "uid"
    assert (told["timed_out"], told["out_of_memory"]) == (False, False)
    open_points = sum(test["max_score"] for test in sent["tests"] if "status" not in test)
    assert open_points == 10
    left = subprocess.run(
        ["docker", "ps", "--all", "--quiet", "--filter", "label=gradus.try"], capture_output=True, text=True
    )
    assert left.stdout == ""


HOSTILE = {
    "memory in one process": "x = []\n        while True: x.append(bytearray(2 ** 24))",
    "memory in many processes": """
        import os, time
        for _ in range(30):
            if os.fork() == 0:
                x = bytearray(200 * 2 ** 20)
                for i in range(0, len(x), 4096): x[i] = 1
                time.sleep(60); os._exit(0)
        time.sleep(60)""",
    "memory as files": """
        import os
        for folder in ("/dev/shm", "/tmp"):
            with open(f"{folder}/{os.getpid()}", "wb") as f:
                while True: f.write(bytes(2 ** 22))""",
    "the grader's files": """
        import os
        for path in ("/autograder/source/gradus.json", "/autograder/results/results.json", "/autograder/submission"):
            try: os.chmod(path, 0o777)
            except OSError: pass
            try: open(path).read()
            except OSError: continue
            return (h + 1e9, c)
        os.kill(os.getppid(), 9)""",
}


@pytest.mark.parametrize("attack", HOSTILE)
def test_an_attack_costs_its_own_points_only(try_out: Try, tmp_path: Path, attack: str) -> None:
    """lstm_cell alone attacks; the grader lives, says which criteria are lost, and pays the others."""
    source = (ROOT / "solutions/lstm/lstm.py").read_text(encoding="utf-8")
    (tmp_path / "lstm.py").write_text(
        f"{source}\n\ndef lstm_cell(x, state, W_ih, W_hh, b_ih, b_hh):\n    h, c = state\n    if True:\n        {HOSTILE[attack]}\n"
    )
    told = try_out(tmp_path)
    sent = told["results"]
    check_shape(sent, 100)
    assert sent["extra_data"]["gradus"]["status"] == "graded"
    by_question: dict[str, float] = {}
    for test in sent["tests"]:
        by_question[test["tags"][0]] = by_question.get(test["tags"][0], 0) + test["score"]
    assert by_question["cell"] == 0, sent["tests"]
    assert by_question["sampling"] > 0
