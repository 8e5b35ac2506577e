"""A disk that is full when results are written: the old ones stand, the others are graded, nothing is torn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.cli import run
from autograder.course.loading import load_assignment
from autograder.grading import batch, crew
from autograder.grading.archive import Rejected
from autograder.grading.batch import Unfinished, grade_all, tasks_of
from autograder.grading.intake import read_submission
from autograder.grading.result import Result
from autograder.grading.store import read_result
from autograder.sandbox.faults import GraderFault
from tests.faults.conftest import fill
from tests.grading import scripts
from tests.grading.desk import COURSE, loaded_with


def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "_grade_here", scripts.grade)
    monkeypatch.setattr(crew, "_open_bench", scripts.no_bench)


def grade(out: Path, *names: str, seed: int, finish: Any = lambda folder, result: None) -> Any:
    tasks = tasks_of([out / f"{name}.py" for name in names])
    return grade_all(
        loaded_with(), tasks, out, seed=seed, backend="process", trusted=True, jobs=1, finish=finish
    )  # fmt: skip


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_the_old_result_stands_and_the_others_are_graded(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch)
    old = {result.submission.id: result for result in grade(small_disk, "ada", "grace", seed=1)}
    reported: list[str] = []
    filler = fill(small_disk)
    graded = grade(small_disk, "ada", "grace", seed=2, finish=lambda folder, result: reported.append(folder.name))
    results: list[Result] = [next(graded)]
    assert read_result(small_disk / "ada") == old["ada"]
    filler.unlink()
    with pytest.raises(Unfinished, match="No space left on device") as caught:
        results += graded
    assert [result.submission.id for result in results] == ["ada", "grace"]
    assert list(caught.value.troubles) == ["ada"]
    assert reported == ["grace"]  # no new report beside an old result
    assert read_result(small_disk / "ada") == old["ada"]
    assert read_result(small_disk / "grace") == results[1]
    assert files(small_disk) == [".gradus.lock", "ada/result.json", "grace/result.json"]


def test_the_command_names_the_submission_and_ends_with_3(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scripted(monkeypatch)
    monkeypatch.setattr(batch, "limits_here", lambda crew: crew.post.loaded.assignment.limits)
    paths = [tmp_path / name for name in ("ada.py", "grace.py")]
    for path in paths:
        path.write_text("")
    fill(small_disk)
    command = ["--course", str(COURSE), "grade", "scale", *map(str, paths), "--out", str(small_disk)]
    assert run([*command, "--sandbox", "process", "--i-trust-this-code"]) == 3
    said = capsys.readouterr().err
    for name in ("ada", "grace"):
        assert f"{name}: what came out could not be written to {small_disk / name} ([Errno 28] No space left" in said
    assert files(small_disk) == [".gradus.lock", "filler"]


def test_no_room_to_read_a_submission_is_not_the_students_fault(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = load_assignment(COURSE, "scale")
    artifact = {"name": "weights.safetensors", "question": "affine"}
    assignment = loaded.assignment.model_validate({**loaded.assignment.model_dump(), "artifacts": [artifact]})
    folder = tmp_path / "ada"
    folder.mkdir()
    (folder / "scale.py").write_text("x = 1\n")
    (folder / "weights.safetensors").write_bytes(b"x" * 2**19)
    with pytest.raises(GraderFault, match="No space left on device"):
        read_submission(folder, assignment, None, small_disk)  # type: ignore[arg-type]
    with pytest.raises(Rejected):
        read_submission(tmp_path / "nobody.py", assignment, None, small_disk)  # type: ignore[arg-type]
