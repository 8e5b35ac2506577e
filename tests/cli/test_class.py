"""`gradus grade --class`, `regrade` and `triage`: what they print, and what they refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from autograder.cli import grade_class, run
from autograder.cli.grade_class import deadline_of
from autograder.cli.progress import told
from autograder.gradebook import open_gradebook
from autograder.gradebook.roster import add_person
from autograder.grading.measure import SelfTestFailed
from tests.batches.conftest import LIMITS

HERE = ("--sandbox", "process", "--i-trust-this-code")
SOLUTION = "def standardise(x):\n    c = x - x.mean(-1, keepdim=True)\n    return c / ((c * c).mean(-1, keepdim=True) + EPS).sqrt()\n"
MISTAKE = "def standardise(x):\n    return x - x.mean(-1, keepdim=True)\n"
Gradus = Callable[..., tuple[int, str, str]]


@pytest.fixture
def gradus(tiny: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Gradus:
    """gradus("triage", "scale"): exit code, stdout and stderr."""
    monkeypatch.delenv("GRADUS_GRADEBOOK", raising=False)
    file = tiny / "assignments" / "scale" / "assignment.yaml"
    file.write_text(file.read_text() + LIMITS)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(["--course", str(tiny), *arguments])
        return (code, *capsys.readouterr())

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "class"
    made.mkdir()
    return made


# --- refused before anything is received


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--class", "IN", "IN"], "--class and PATHS exclude each other: leave one out"),
        (["--class", "IN", "--out", "x"], "--class and --out exclude each other: leave one out"),
        (["--class", "IN", "--feedback"], "--class and --feedback exclude each other: leave one out"),
        (["IN", "--deadline", "2026-10-01"], "PATHS and --deadline exclude each other: leave one out"),
        (["IN", "--cluster", "tcp://x:1"], "PATHS and --cluster exclude each other: leave one out"),
        (["IN", "--gradebook", "x.db"], "PATHS and --gradebook exclude each other: leave one out"),
        ([], "there is nothing to grade: name submissions, or a class's folder with --class"),
        (["--class", "IN"], "IN is empty: put each student's folder or file there, named by their sid"),
        (
            ["--class", "IN", "--deadline", "soon"],
            '--deadline "soon" is no time: write it as 2026-10-01T23:59:00+02:00',
        ),
    ],
)
def test_wrong_calls(gradus: Gradus, folder: Path, tiny: Path, options: list[str], said: str) -> None:
    code, out, err = gradus("grade", "scale", *(str(folder) if word == "IN" else word for word in options))
    assert (code, out) == (2, "")
    assert said.replace("IN", str(folder)) in err
    assert not (tiny / "gradebook.db").exists()


def test_a_class_that_is_a_file(gradus: Gradus, folder: Path) -> None:
    (folder / "ada.py").touch()
    code, _, err = gradus("grade", "scale", "--class", str(folder / "ada.py"))
    assert (code, "is a file" in err) == (2, True)


def test_a_regrade_needs_a_reason(gradus: Gradus) -> None:
    code, _, err = gradus("regrade", "scale", "--reason", " ")
    assert (code, "a regrade has a reason, which students read" in err) == (2, True)


@pytest.mark.parametrize("call", [("regrade", "scale", "--preview"), ("triage", "scale")])
def test_no_gradebook_yet(gradus: Gradus, tiny: Path, call: tuple[str, ...]) -> None:
    code, _, err = gradus(*call)
    assert (code, err.startswith(f"There is no gradebook at {tiny / 'gradebook.db'}.")) == (2, True)


def test_a_deadline_without_an_offset_is_utc() -> None:
    assert deadline_of("2026-10-01T23:59") == datetime(2026, 10, 1, 23, 59, tzinfo=UTC)
    assert deadline_of("2026-10-01T23:59+02:00") == datetime(2026, 10, 1, 21, 59, tzinfo=UTC)
    assert deadline_of(None) is None


# --- what does not need a grader


def test_unknown_students_are_named_and_the_exit_code_says_so(gradus: Gradus, folder: Path) -> None:
    (folder / "ada.py").write_text("x = 1\n")
    code, out, err = gradus("grade", "scale", "--class", str(folder))
    assert (code, out.splitlines()[0]) == (1, "In the folder: 1. New in the gradebook: 0.")
    assert err == "ada.py: nobody in the roster has this sid. Import a roster with them, or add --add-unknown.\n"


def test_a_failed_self_test_is_the_kits_fault_and_what_was_received_stays(
    gradus: Gradus, folder: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autograder.batches import local

    def refuse(*_: Any) -> None:
        raise SelfTestFailed("the answer key fails")

    (folder / "ada.py").write_text("x = 1\n")
    monkeypatch.setattr(local, "limits_here", refuse)
    code, _, err = gradus("grade", "scale", "--class", str(folder), "--add-unknown", *HERE)
    assert (code, err) == (3, "the answer key fails\n")
    monkeypatch.setattr(grade_class, "grade_queue", lambda queue, attempts, *_: grade_class_nothing(attempts))
    code, out, _ = gradus("grade", "scale", "--class", str(folder), "--json")
    assert (json.loads(out)["intake"]["new"], len(json.loads(out)["ungraded"])) == (0, 1)


def grade_class_nothing(attempts: list[Any]) -> Any:
    """Another grader holds everything."""
    from autograder.batches.grading import Tally

    return Tally(len(attempts))


def test_nothing_is_run_where_nothing_locks_it_in(gradus: Gradus, folder: Path) -> None:
    (folder / "ada.py").write_text("x = 1\n")
    code, _, err = gradus("grade", "scale", "--class", str(folder), "--add-unknown", "--sandbox", "process")
    assert (code, "--i-trust-this-code" in err) == (2, True)


def test_what_stands_beside_the_bar() -> None:
    assert told(30, 4, 0, 60.0) == "4 failing · 30 a minute"
    assert told(0, 0, 2, 0.5) == "0 failing · 2 the grader's fault"


# --- a class, graded for real


@pytest.mark.slow
def test_a_class_is_graded_looked_at_and_graded_again(gradus: Gradus, folder: Path, tiny: Path) -> None:
    """bea's first attempt is right, her second wrong; cy's cannot be read; dan is unknown."""
    with open_gradebook(tiny / "gradebook.db") as book:
        for sid in ("ada", "bea", "cy"):
            add_person(book, sid)
    head = "import torch\nfrom torch import nn\nEPS = 1e-5\n"
    files = {
        "ada": SOLUTION, "bea@20261001T1200Z": SOLUTION, "bea@20261002T1200Z": MISTAKE, "dan": SOLUTION,
    }  # fmt: skip
    for name, text in files.items():
        (folder / f"{name}.py").write_text(f"{head}{text}")
    (folder / "cy.txt").write_text("hello")
    call = ("grade", "scale", "--class", str(folder), "--deadline", "2026-10-01T18:00Z", "--seed", "7", *HERE)
    code, out, _ = gradus(*call, "--json")
    record = json.loads(out)
    assert (code, record["graded"], record["failing"], record["ungraded"], record["seed"]) == (1, 3, 3, [], 7)
    assert record["intake"]["unknown"] == ["dan.py"]
    assert (record["intake"]["new"], record["intake"]["late"]) == (4, 1)
    assert "bea" not in json.dumps({**record, "intake": None, "gradebook": None})

    code, out, err = gradus(*call[:4], *HERE)
    assert (code, "Graded: 0," in out, "Seed 7." in out) == (1, True, True)
    code, out, _ = gradus("triage", "scale", "--json")
    groups = json.loads(out)["groups"]
    assert (code, sorted(len(group["attempts"]) for group in groups)) == (0, [1, 1, 1])
    assert next(group["message"] for group in groups if not group["verdicts"]).startswith("scale.txt is not a notebook")
    assert "attempts are graded; 3 lose points to tests, in 3 groups." in gradus("triage", "scale")[1]

    rubric = tiny / "rubrics" / "scale.yaml"
    rubric.write_text(rubric.read_text().replace("points: 30}", "points: 20}").replace("points: 10}", "points: 20}"))
    code, out, err = gradus("grade", "scale", "--class", str(folder))
    assert "3 results were made under an earlier version of the assignment" in err
    code, out, _ = gradus("regrade", "scale", "--preview", "--json", *HERE)
    moves = {move["by"]: move for move in json.loads(out)["moves"]}
    assert code == 0
    assert not any(move["adopted"] for move in moves.values())
    code, out, _ = gradus("regrade", "scale", "--reason", "Digits are worth more.", "--policy", "replace", *HERE)
    assert (code, "3 attempts were graded again:" in out) == (0, True)
    code, out, _ = gradus("regrade", "scale", "--preview")
    assert out == "3 attempts: no result differs from the one that counts. Other draws: --seed N.\n"
