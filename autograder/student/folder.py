"""The folder a student works in: `assignment.json`, the notebook, the public tests."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.findings import CourseError

FILE = "assignment.json"


@dataclass(frozen=True)
class Question:
    """What a student is told of one question."""

    id: str
    title: str
    targets: tuple[str, ...]
    public: int
    """Test functions in tests/test_<id>.py as they were handed out."""
    hidden: int
    """Tests that run after the student has submitted."""


@dataclass(frozen=True)
class StudentFolder:
    """A copy of `student_template/<slug>/`, as `assignment.json` describes it."""

    path: Path
    slug: str
    notebook: Path
    scaffold: str | None
    questions: tuple[Question, ...]

    def tests_of(self, question: Question) -> Path:
        return self.path / "tests" / f"test_{question.id}.py"

    def choose(self, names: Iterable[str]) -> tuple[Question, ...]:
        """The questions called `names`, in the assignment's order; all of them when there are none."""
        wanted = set(names)
        known = [question.id for question in self.questions]
        for name in sorted(wanted.difference(known)):
            close = difflib.get_close_matches(name, known, n=1)
            answer = f'Did you mean "{close[0]}"?' if close else f"Its questions are {', '.join(known)}."
            raise CourseError(f'There is no question "{name}" in {self.slug}. {answer}')
        return tuple(question for question in self.questions if not wanted or question.id in wanted)


def open_folder(path: Path, command: str = "gradus check") -> StudentFolder:
    """Read `path/assignment.json` and find the notebook. Raises CourseError with what to do; `command` was called."""
    path = path.resolve()
    folder = _described(path, _content(path, command))
    if not folder.notebook.is_file():
        raise CourseError(_no_notebook(folder))
    for question in folder.questions:
        if question.public and not folder.tests_of(question).is_file():
            missing = folder.tests_of(question).relative_to(path).as_posix()
            raise CourseError(f"{missing} is missing from {path}. Copy it from the folder you were given.")
    return folder


def _content(path: Path, command: str) -> dict[str, Any]:
    file = path / FILE
    if not file.is_file():
        raise CourseError(
            f"{path} is not an assignment's folder: it holds no {FILE}. Change into the folder you were given "
            f"(it holds a notebook and tests/), or name it: {command} --folder DIR."
        )
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        content = None
    if not isinstance(content, dict):
        raise CourseError(_damaged(path))
    return content


def _described(path: Path, content: dict[str, Any]) -> StudentFolder:
    try:
        return StudentFolder(
            path=path,
            slug=str(content["slug"]),
            notebook=path / str(content["notebook"]),
            scaffold=content.get("scaffold"),
            questions=tuple(
                Question(q["id"], q["title"], tuple(q["targets"]), q["public_tests"], q["hidden_tests"])
                for q in content["questions"]
            ),
        )
    except (KeyError, TypeError):
        raise CourseError(_damaged(path)) from None


def _damaged(path: Path) -> str:
    return f"{path / FILE} is damaged. Copy it from the folder you were given."


def _no_notebook(folder: StudentFolder) -> str:
    fact = f"{folder.notebook.name} is missing from {folder.path}."
    others = sorted(other.name for other in folder.path.glob("*.ipynb"))
    if len(others) == 1:
        return f"{fact} If {others[0]} is yours, rename it to {folder.notebook.name}."
    return f"{fact} Put your notebook there under that name."
