"""A student's folder: a released copy of the tiny assignment `scale`, with no course around it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.cli import run
from autograder.course.loading import load_assignment
from autograder.release import release

COURSES = Path(__file__).parents[1] / "courses"

STANDARDISE = """\
def standardise(x: Tensor) -> Tensor:
    centred = x - x.mean(-1, keepdim=True)
    return centred / torch.sqrt(centred.square().mean(-1, keepdim=True) + EPS)
"""
AFFINE = """\
class Affine(nn.Module):
    def __init__(self, d: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d))
        self.bias = nn.Parameter(torch.zeros(d))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight + self.bias
"""


@dataclass
class Desk:
    """Where a student works, and what `gradus check` says there."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    @property
    def notebook(self) -> Path:
        return self.folder / "scale.ipynb"

    def edit(self, change: Callable[[dict[str, Any]], None]) -> None:
        tree = json.loads(self.notebook.read_text(encoding="utf-8"))
        change(tree)
        self.notebook.write_text(json.dumps(tree), encoding="utf-8")

    def write(self, cell_id: str, source: str) -> None:
        self.edit(lambda tree: next(c for c in tree["cells"] if c["id"] == cell_id).update(source=source))

    def add(self, source: str, **metadata: Any) -> None:
        """A new code cell at the end."""
        cell = {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}
        self.edit(lambda tree: tree["cells"].append(cell))

    def check(self, *arguments: str) -> tuple[int, str, str]:
        """(exit code, stdout, stderr) of `gradus check` in the folder."""
        code = run(["check", "--folder", str(self.folder), *arguments])
        shown = self.capsys.readouterr()
        return code, shown.out, shown.err


@pytest.fixture(scope="session")
def handed_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = tmp_path_factory.mktemp("course") / "tiny"
    shutil.copytree(COURSES / "tiny", course)
    release(load_assignment(course, "scale"))
    return course / "student_template" / "scale"


@pytest.fixture
def desk(handed_out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    folder = tmp_path / "desk"
    shutil.copytree(handed_out, folder)
    return Desk(folder, capsys)


@pytest.fixture
def solved(desk: Desk) -> Desk:
    """The same with right answers."""
    desk.write("standardise", STANDARDISE)
    desk.write("affine", AFFINE)
    return desk


@pytest.fixture
def light(desk: Desk) -> Desk:
    """The same without torch, which takes seconds to import: for what processes do, not for what numbers are."""
    desk.write("imports", "#| export\nEPS = 1e-5")
    for question in ("standardise", "affine"):
        desk.write(question, f"def {question}(x):\n    return x\n")
        test = f"def test_of_{question}(impl):\n    'x comes back.'\n    assert impl.{question}(1) == 1\n"
        (desk.folder / "tests" / f"test_{question}.py").write_text(test)
    (desk.folder / "scaffold.py").write_text("def given():\n    return open('data/heights.txt').readline()\n")
    return desk
