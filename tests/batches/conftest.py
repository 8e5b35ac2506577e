"""A class of the tiny course: an assignment with fixed limits, a gradebook, folders of submissions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.course.known import merge
from autograder.course.loading import load_assignment
from autograder.course.models import LoadedAssignment
from autograder.course.notebook import module_source, read_notebook
from autograder.gradebook import Gradebook, open_gradebook

LIMITS = "limits: {call_seconds: 5, import_seconds: 5, total_seconds: 60}\n"
Write = Callable[..., Path]


@pytest.fixture
def scale(tiny: Path) -> LoadedAssignment:
    """With limits that are fixed: nothing is measured first."""
    file = tiny / "assignments" / "scale" / "assignment.yaml"
    file.write_text(file.read_text() + LIMITS)
    return load_assignment(tiny, "scale")


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    """An empty gradebook."""
    with open_gradebook(tmp_path / "gradebook.db") as opened:
        yield opened


@pytest.fixture
def hand_in(scale: LoadedAssignment, tmp_path: Path) -> Write:
    """hand_in({name: definitions}): the class's folder, with submissions that differ from the solution so."""
    source = module_source(read_notebook(scale.paths.source.read_bytes(), "source.ipynb"))
    folder = tmp_path / "class"
    folder.mkdir()

    def write(definitions: dict[str, str]) -> Path:
        for name, text in definitions.items():
            (folder / f"{name}.py").write_text(merge(source, text))
        return folder

    return write
