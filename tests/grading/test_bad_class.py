"""A class of submissions, each bad in its own way: every one has a result, and the good one full marks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.cli import run
from autograder.grading.batch import grade_all, tasks_of
from autograder.grading.blank import GRADER_FAILED
from autograder.grading.result import Result
from autograder.grading.store import read_result

from .desk import CORRECT, COURSE, SEED, loaded_with, notebook, verdicts

BAD = {
    "leaves": "import os\nos._exit(0)\n",
    "loops": "while True:\n    pass\n",
    "kills_the_zygote": f"import os\nos.kill(os.getppid(), 9)\n{CORRECT}",
    "kills_the_grader": (
        "import os\nstat = open(f'/proc/{os.getppid()}/stat').read().rpartition(')')[2].split()\n"
        "os.kill(int(stat[1]), 9)\n"
    ),
    "writes_results": (
        "import os, time\nif os.fork() == 0:\n    while True:\n"
        "        open('OUT/writes_results/result.json', 'w').write('{}')\n        time.sleep(0.005)\n"
        "time.sleep(0.05)\n\ndef standardise(x):\n    return x\n"
    ),
}


def hand_in(folder: Path, name: str, data: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    return path


def submission(folder: Path, name: str, source: str) -> Path:
    return hand_in(folder, f"{name}.ipynb", json.dumps(notebook(standardise=source)).encode())


def grade(paths: list[Path], out: Path, jobs: int) -> dict[str, Result]:
    results = grade_all(loaded_with(), tasks_of(paths), out, seed=SEED, backend="process", trusted=True, jobs=jobs)
    found = {result.submission.id: result for result in results}
    assert found == {name: read_result(out / name) for name in found}
    return found


@pytest.mark.slow
def test_every_submission_of_a_bad_class_has_its_result(tmp_path: Path) -> None:
    """With the backend `process` nothing keeps student code from killing the worker above it, nor from finding the folder
    of results: what stands there in the end is what the grader wrote, after the last student process was killed."""
    out = tmp_path / "out"
    paths = [submission(tmp_path / "in", name, source.replace("OUT", str(out))) for name, source in BAD.items()]
    paths += [
        hand_in(tmp_path / "in", "text.ipynb", b"hello"),
        hand_in(tmp_path / "in", "empty.zip", b""),
        submission(tmp_path / "in", "good", CORRECT),
    ]
    results = grade(paths, out, jobs=2)
    assert {name: result.status for name, result in results.items()} == {
        **dict.fromkeys([*BAD, "good"], "graded"),
        "text": "rejected",
        "empty": "rejected",
        "kills_the_grader": "grader_error",
    }
    assert results["good"].score == 80
    assert verdicts(results["loops"])["standardise.values"] == "TIMEOUT"
    # Its answer is right: whether a new sandbox lets it say so, or ours fails thrice, it is never marked down.
    assert verdicts(results["kills_the_zygote"])["standardise.values"] in ("GRADER_ERROR", "PASS")
    killer = results["kills_the_grader"]
    assert (killer.score, killer.message) == (0, GRADER_FAILED)
    assert killer.environment.detail.startswith("the process that graded it ended: BrokenProcessPool(")
    assert json.loads((out / "writes_results" / "result.json").read_text())["score"] == 40


@pytest.mark.slow
def test_the_command_grades_a_bad_class(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two jobs at a time; names with newlines, a hostile one, a file that is none: everything has its three reports."""
    paths = [
        submission(tmp_path / "in", "a\n\"b' <i>", CORRECT),
        submission(tmp_path / "in", "leaves", BAD["leaves"]),
        hand_in(tmp_path / "in", "cut.ipynb", b'{"cells": ['),
        submission(tmp_path / "in", "good", CORRECT),
    ]
    out = tmp_path / "out"
    code = run(
        [
            "--course",
            str(COURSE),
            "grade",
            "scale",
            *map(str, paths),
            "--out",
            str(out),
            "-j",
            "2",
            "--seed",
            "7",
            "--json",
            "--i-trust-this-code",
        ]
    )
    assert code == 0
    scores = {result["submission"]["id"]: result["score"] for result in json.loads(capsys.readouterr().out)}
    assert scores == {"a_b_i": 80, "leaves": 40, "cut": 0, "good": 80}
    for name in scores:
        assert {file.name for file in (out / name).iterdir()} == {"result.json", "feedback.html", "gradescope.json"}
    assert read_result(out / "cut").message == (
        "cut.ipynb, line 1: the file breaks off in the middle of the notebook. "
        "Save it again and use that copy; an upload or download was probably cut short."
    )
