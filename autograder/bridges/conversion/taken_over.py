"""An assignment of another system as the files of a course: proved in a scratch course, then put in place, never over another.

Who reads the other system's files makes a `TakenOver` of them; what becomes of it is the same for all systems.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import tempfile
from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.findings import CourseError, Finding
from autograder.course.loading import load_assignment
from autograder.course.models import Assignment, Frozen, Paths, Rubric

Json = dict[str, Any]


@dataclass(frozen=True)
class TakenOver:
    """What another system's assignment comes to here."""

    assignment: Assignment
    rubric: Rubric
    cells: tuple[Json, ...]
    """Of source.ipynb; `given_cell`, `answer_cell` and `text_cell` make them."""
    files: Mapping[str, bytes]
    """All other files of the assignment's folder, by their place in it: tests/…, data, scaffold."""
    notes: tuple[Finding, ...] = ()
    """What has no counterpart here, or another one than expected: fact, place, next step."""

    @property
    def slug(self) -> str:
        return self.assignment.slug


def text_cell(source: str, kind: str = "markdown") -> Json:
    """Prose, or a raw cell."""
    return {"cell_type": kind, "metadata": {}, "source": source}


def given_cell(source: str, *, export: bool = False) -> Json:
    """Code that students get as it is; with `export` it belongs to the graded module."""
    marked = f"#| export\n{source}" if export else source
    return {"cell_type": "code", "metadata": {}, "source": marked, "outputs": [], "execution_count": None}


def answer_cell(grade_id: str, source: str, kind: str = "code") -> Json:
    """What students answer: code with solution markers, or (`kind` markdown) a text that a TA reads."""
    marks = {"grade_id": grade_id, "solution": True, "grade": kind == "markdown", "locked": False, "task": False}
    cell = given_cell(source) if kind == "code" else text_cell(source)
    return {**cell, "metadata": {"nbgrader": {**marks, "schema_version": 3, "cell_type": kind}}}


def name_for(text: str, taken: Container[str] = (), prefix: str = "q") -> str:
    """`text` as the id of a question or a slug: small letters, digits and `_`, a letter first; none of `taken`."""
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    name = name if name[:1].isalpha() else f"{prefix}{name}"
    number, unique = 2, name
    while unique in taken:
        number, unique = number + 1, f"{name}_{number}"
    return unique


def course_files(taken: TakenOver) -> dict[str, bytes]:
    """Every file, by its place in the course."""
    folder = f"assignments/{taken.slug}"
    notebook = {
        "cells": [{**cell, "id": _cell_id(cell, n)} for n, cell in enumerate(taken.cells, start=1)],
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return {
        f"{folder}/assignment.yaml": _yaml(taken.assignment),
        f"{folder}/source.ipynb": (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode(),
        **{f"{folder}/{name}": data for name, data in sorted(taken.files.items())},
        f"rubrics/{taken.slug}.yaml": _yaml(taken.rubric),
    }


def prove(taken: TakenOver) -> tuple[Finding, ...]:
    """Load and release the assignment in a scratch course: what `gradus release` would still find.

    Raises CourseError when the assignment cannot even be loaded.
    """
    from autograder.release import release

    with tempfile.TemporaryDirectory(prefix="gradus-import-") as folder:
        course = Path(folder).resolve()
        _write(course, course_files(taken))
        loaded = load_assignment(course, taken.slug)
        try:
            return release(loaded, check=True).leaks
        except CourseError as error:
            return tuple(error.findings)


def require_free(course: Path, slug: str) -> None:
    """Raises CourseError when the course has an assignment, or a rubric, of this name."""
    paths = Paths(course=course, slug=slug)
    for path in (paths.assignment, paths.rubric):
        if path.exists() or path.is_symlink():
            fact = f"{path} is there already, and nothing is written over it."
            raise CourseError(f"{fact} Choose another name with --slug, or move that one away.")


def put(course: Path, taken: TakenOver) -> tuple[str, ...]:
    """Write the assignment into `course`, whole or not at all; the files written. Raises CourseError if it is there."""
    require_free(course, taken.slug)
    paths, files = Paths(course=course, slug=taken.slug), course_files(taken)
    scratch = Path(tempfile.mkdtemp(prefix=f".import-{taken.slug}-", dir=course))
    try:
        _write(scratch, files)
        for folder in (paths.assignment.parent, paths.rubric.parent):
            folder.mkdir(exist_ok=True)
        new = Paths(course=scratch, slug=taken.slug)
        new.assignment.rename(paths.assignment)  # refuses a folder that has come meanwhile and is not empty
        new.rubric.rename(paths.rubric)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return tuple(files)


def _write(root: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)


def _cell_id(cell: Json, number: int) -> str:
    grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
    return str(grade_id) if grade_id else f"cell-{number}"


def _yaml(model: Frozen) -> bytes:
    """A model as a person would write it: in the model's order, without what is the default anyway."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 118
    out = io.BytesIO()
    yaml.dump(model.model_dump(mode="json", exclude_defaults=True), out)
    return out.getvalue()
