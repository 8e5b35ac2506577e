"""A released copy of the tiny course to break, and `gradus verify` on it without starting a process a run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.cli import run
from autograder.course.loading import load_assignment
from autograder.grading.bench import Bench
from autograder.release import release
from autograder.sandbox.backend import Backend
from autograder.sandbox.backends.process import ProcessBackend
from autograder.verify import verification
from autograder.verify.hand_in import grade_subject
from autograder.verify.run import Graded
from tests.conftest import COURSES


@pytest.fixture(scope="session")
def released_tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = tmp_path_factory.mktemp("released") / "tiny"
    shutil.copytree(COURSES / "tiny", course)
    release(load_assignment(course, "scale"))
    return course


@pytest.fixture(scope="session")
def backend() -> Iterator[Backend]:
    opened = ProcessBackend()
    yield opened
    opened.close()


@dataclass
class Room:
    """The instructor's room of `scale`, released and sound until a test breaks it."""

    course: Path
    capsys: pytest.CaptureFixture[str]

    @property
    def assignment(self) -> Path:
        return self.course / "assignments" / "scale"

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace text that must be there."""
        path = self.course / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def edit_cell(self, notebook: str, cell_id: str, change: Callable[[str], str]) -> None:
        path = self.course / notebook
        tree = json.loads(path.read_text(encoding="utf-8"))
        cell = next(cell for cell in tree["cells"] if cell["id"] == cell_id)
        source = "".join(cell["source"])
        assert change(source) != source
        cell["source"] = change(source)
        path.write_text(json.dumps(tree), encoding="utf-8")

    def add(self, name: str, text: str) -> None:
        """A file of `submissions/`."""
        path = self.assignment / "submissions" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def add_test(self, criterion: str, body: str, name: str = "test_added") -> None:
        """A hidden test in a file of its own."""
        head = "from autograder.checks import *\nimport torch\n\n\n"
        text = f'{head}@criterion("{criterion}")\ndef {name}():\n    """Added."""\n    {body}\n'
        (self.assignment / "tests" / "hidden" / "test_more.py").write_text(text, encoding="utf-8")

    def release(self) -> None:
        assert release(load_assignment(self.course, "scale")).leaks == ()

    def verify(self, *options: str) -> tuple[int, list[str]]:
        """Exit code, and what is found and noted, as printed but for its code, which must be that of the record."""
        out = ["--out", str(self.course / "out")]
        code = run(["--course", str(self.course), "verify", "scale", "--seeds", "1", *out, *options])
        shown = self.capsys.readouterr()
        assert shown.err == ""
        lines = [line for line in shown.out.splitlines() if line.startswith(_PLACES)]
        codes = [one["code"] for one in (*self.record()["findings"], *self.record()["notes"])]
        assert [line.rpartition(" ")[2] for line in lines] == [f"[{code}]" for code in codes]
        return code, [line.rpartition(" ")[0] for line in lines]

    def record(self) -> dict[str, Any]:
        record: dict[str, Any] = json.loads((self.course / "out" / "verify.json").read_text(encoding="utf-8"))
        return record


_PLACES = ("assignments/", "student_template/", "solutions/", "rubrics/", "Note: ")


@pytest.fixture
def room(released_tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Room:
    course = tmp_path / "tiny"
    shutil.copytree(released_tiny, course)
    return Room(course, capsys)


@pytest.fixture
def at_once(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Subjects are graded by this process, in children of one backend; public tests, which take seconds, are not run.

    What is graded and judged is the same as with workers, but for outcomes of the answer key that hold for others.
    """

    def grade_subjects(loaded: Any, subjects: Any, **options: Any) -> Graded:
        bench = Bench(loaded, backend)
        results = {}
        for subject in subjects:
            results[subject], _ = grade_subject(bench, subject)
            options["advance"](subject)
        return Graded(loaded.assignment.limits, results)

    monkeypatch.setattr(verification, "grade_subjects", grade_subjects)
    monkeypatch.setattr(verification, "public_tests_tell", lambda loaded, findings: None)
