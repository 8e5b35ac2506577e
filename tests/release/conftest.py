"""A tiny course whose source notebook can be edited before it is released."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.course.findings import CourseError
from autograder.course.loading import load_assignment
from autograder.release import ReleaseReport, release

SOLUTION = (
    "centred = x - x.mean(dim=-1, keepdim=True)\n"
    "variance = (centred * centred).mean(dim=-1, keepdim=True)\n"
    "return centred / torch.sqrt(variance + EPS)"
)


@dataclass
class Room:
    """The instructor's room of `scale`, and what comes of releasing it."""

    course: Path

    @property
    def source(self) -> Path:
        return self.course / "assignments" / "scale" / "source.ipynb"

    @property
    def student(self) -> Path:
        return self.course / "student_template" / "scale"

    @property
    def solution(self) -> Path:
        return self.course / "solutions" / "scale"

    def edit(self, change: Callable[[dict[str, Any]], None]) -> None:
        tree = json.loads(self.source.read_text())
        change(tree)
        self.source.write_text(json.dumps(tree))

    def cell(self, cell_id: str, **values: Any) -> None:
        self.edit(lambda tree: next(c for c in tree["cells"] if c["id"] == cell_id).update(values))

    def append(self, kind: str, source: str, **values: Any) -> None:
        cell = {"cell_type": kind, "metadata": {}, "source": source, **values}
        self.edit(lambda tree: tree["cells"].append(cell))

    def release(self, *, check: bool = False) -> ReleaseReport:
        return release(load_assignment(self.course, "scale"), check=check)

    def refused(self) -> list[str]:
        """The findings with which the release stops."""
        with pytest.raises(CourseError) as caught:
            self.release()
        return [str(finding).removeprefix("assignments/scale/source.ipynb: ") for finding in caught.value.findings]

    def leaks(self) -> list[str]:
        """Leaks found; nothing may have been written."""
        report = self.release()
        assert not report.written
        assert not self.student.exists()
        return [str(finding).removeprefix("student_template/scale/") for finding in report.leaks]

    def shipped(self) -> dict[str, Any]:
        notebook: dict[str, Any] = json.loads((self.student / "scale.ipynb").read_text())
        return notebook


@pytest.fixture
def room(tiny: Path) -> Room:
    return Room(tiny)
