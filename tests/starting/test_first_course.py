"""`gradus init`: what is made, and that nothing is lost."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.cli import run
from autograder.course.findings import CourseError
from autograder.course.known import read_known
from autograder.course.loading import list_assignments, load_assignment
from autograder.starting import first_course
from autograder.starting.first_course import SLUG, course_files, start_course
from tests.boundaries.arrows import ROOT
from tests.docs.pages import calls, wrong_calls


def test_the_course_loads(tmp_path: Path) -> None:
    """Assignment, rubric, tests and known submissions of every kind that a first course shows."""
    start_course(tmp_path / "new" / "course")
    course = tmp_path / "new" / "course"
    assert list_assignments(course) == [SLUG]
    loaded = load_assignment(course, SLUG)
    assert {one.kind for one in read_known(loaded)} == {"correct", "mistakes", "unstable", "hostile"}
    assert {one.kind for one in loaded.rubric.criteria} == {"tests", "ta"}
    assert sorted(path.name for path in (course / "handed-in").iterdir()) == ["s1001", "s1002", "s1003"]
    assert course.stat().st_mode & 0o077 == 0


def test_what_names_people_stays_out_of_git(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    start_course(tmp_path)
    (tmp_path / "gradebook.db").touch()
    listed = ["git", "-C", str(tmp_path), "ls-files", "--others", "--exclude-standard"]
    shown = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()
    assert {name.partition("/")[0] for name in shown} == {".github", ".gitignore", "README.md", "assignments", "rubrics"}


@pytest.mark.parametrize("name", ["README.md", ".github/workflows/course.yml"])
def test_what_it_says_can_be_called(name: str) -> None:
    text = dict(course_files())[name].decode()
    page = text if name.endswith(".md") else f"```\n{text}\n```"
    assert list(calls(page))
    assert wrong_calls(page) == []


def test_the_workflow_is_one() -> None:
    from ruamel.yaml import YAML

    workflow = YAML(typ="safe").load(dict(course_files())[".github/workflows/course.yml"])
    (job,) = workflow["jobs"].values()
    assert "verify" in job["steps"][3]["run"]
    assert "release" in job["steps"][3]["run"]


def test_a_folder_that_holds_something_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    assert run(["init", str(tmp_path)]) == 2
    expected = f"{tmp_path} is not empty: it holds thesis.tex. Name a new folder; nothing was changed.\n"
    assert capsys.readouterr().err == expected
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")
    with pytest.raises(CourseError, match="is a file"):
        start_course(tmp_path / "notes")
    assert (tmp_path / "notes").read_text() == "mine"


def test_a_file_that_appears_meanwhile_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "README.md").write_text("mine")
    monkeypatch.setattr(first_course, "_refuse_unless_empty", lambda folder: None)
    with pytest.raises(CourseError, match="cannot be written to: File exists"):
        start_course(tmp_path)
    assert (tmp_path / "README.md").read_text() == "mine"


def test_it_says_what_to_type_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["init", "my course"]) == 0
    assert capsys.readouterr().out.endswith("Next: cd 'my course' && gradus release softmax\n")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    assert run(["init", ".", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["assignments"] == [SLUG]
    assert sorted(made["files"]) == sorted(str(p.relative_to(".")) for p in Path().rglob("*") if p.is_file())


def test_it_is_light(tmp_path: Path) -> None:
    """Neither torch nor pydantic nor nbformat is imported for it."""
    program = (
        "import sys; from autograder.cli import run; run(sys.argv[1:]); "
        "print([name for name in ('torch', 'pydantic', 'nbformat', 'nbgrader') if name in sys.modules])"
    )
    call = [sys.executable, "-c", program, "init", str(tmp_path / "course")]
    done = subprocess.run(call, capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
def test_the_wheel_holds_the_course(tmp_path: Path) -> None:
    """Every file of it, also those whose names begin with a dot."""
    from hatchling.builders.wheel import WheelBuilder

    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    held = {name.replace("/course/gitignore", "/course/.gitignore") for name in zipfile.ZipFile(wheel).namelist()}
    assert {f"autograder/starting/course/{name}" for name, _ in course_files()} <= held
