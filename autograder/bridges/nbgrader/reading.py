"""An nbgrader notebook as its author wrote it: what each cell is for, and the regions that nbgrader cuts out."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autograder.course.findings import CourseError, Finding
from autograder.course.notebook import BEGIN, END, Cell, NotebookError, read_notebook

Kind = Literal["given", "answer", "test", "written", "code by hand", "task"]
_SOLUTION = ("BEGIN SOLUTION", "END SOLUTION")
_HIDDEN = ("BEGIN HIDDEN TESTS", "END HIDDEN TESTS")
_SCHEME = ("BEGIN MARK SCHEME", "END MARK SCHEME")
_AUTOTEST = re.compile(r"###\s*(HASHED\s+)?AUTOTEST\b")


@dataclass(frozen=True)
class NbCell:
    """One cell: what nbgrader takes it for, and its text."""

    place: str
    """`ps1.ipynb, cell 7`."""
    kind: Kind
    type: str
    grade_id: str
    source: str
    points: float


def read_cells(notebook: Path) -> list[NbCell]:
    """The cells of a source notebook. Raises CourseError for what is none, or is not for Python."""
    try:
        data = notebook.read_bytes()
        read = read_notebook(data, notebook.name)
    except NotebookError as error:
        raise CourseError(str(error)) from None
    spec = json.loads(data.decode("utf-8-sig")).get("metadata", {}).get("kernelspec", {})
    language = str(spec.get("language", "python")).lower()
    if language != "python":
        raise CourseError(f"{notebook.name} is written in {language}; assignments here are in Python.")
    return [_cell(cell, notebook.name) for cell in read.cells]


def _cell(cell: Cell, file: str) -> NbCell:
    marks = cell.metadata.get("nbgrader")
    points = marks.get("points") if isinstance(marks, dict) else None
    worth = float(points) if isinstance(points, int | float) and not isinstance(points, bool) else 0.0
    return NbCell(
        f"{file}, cell {cell.index}", _kind(cell), cell.type, cell.grade_id or f"cell-{cell.index}", cell.source, worth
    )


def _kind(cell: Cell) -> Kind:
    if cell.task:
        return "task"
    if cell.grade and cell.solution:
        return "code by hand" if cell.type == "code" else "written"
    if cell.grade and cell.type == "code":
        return "test"
    return "answer" if cell.solution and cell.type == "code" else "given"


def split(source: str, region: Literal["hidden", "scheme"]) -> tuple[str, str]:
    """The text outside and inside of the regions of a kind. Raises ValueError where they are not closed."""
    begin, end = _HIDDEN if region == "hidden" else _SCHEME
    outside: list[str] = []
    inside: list[str] = []
    within = False
    for line in source.split("\n"):
        if begin in line or end in line:
            if within is (begin in line):
                raise ValueError(f"{begin if within else end} stands where it cannot.")
            within = not within
        else:
            (inside if within else outside).append(line)
    if within:
        raise ValueError(f"{begin} is never closed.")
    return "\n".join(outside).strip("\n"), "\n".join(inside).strip("\n")


def answer_of(source: str) -> str:
    """An answer with our markers: nbgrader's stand anywhere in a line, and where there are none it cuts the whole cell.

    Raises ValueError where they are not closed.
    """
    lines = source.split("\n")
    found: list[str] = []
    within: int | None = None
    for line in lines:
        if _SOLUTION[0] in line or _SOLUTION[1] in line:
            opens = _SOLUTION[0] in line
            if opens is (within is not None):
                raise ValueError(f"{_SOLUTION[0] if opens else _SOLUTION[1]} stands where it cannot.")
            if not opens and within is not None:
                _close(found, within)
            within = len(found) if opens else None
            if opens:
                found.append(line)
        else:
            found.append(line)
    if within is not None:
        raise ValueError(f"{_SOLUTION[0]} is never closed.")
    if BEGIN not in "\n".join(found):
        return f"{BEGIN}\n{source.strip()}\n{END}"
    return "\n".join(found)


def _close(lines: list[str], begin: int) -> None:
    """Markers around the lines from `begin`, indented like the first of them that is code."""
    code = [line for line in lines[begin + 1 :] if line.strip() and not line.strip().startswith("#")]
    model = code[0] if code else lines[begin]
    indent = model[: len(model) - len(model.lstrip())]
    if not code:
        lines.append(f"{indent}pass")
    lines[begin] = indent + BEGIN
    lines.append(indent + END)


def autotests(source: str) -> list[str]:
    """Lines that nbgrader makes tests of when it generates the assignment."""
    return [line.strip() for line in source.split("\n") if _AUTOTEST.search(line)]


def findings_of(cell: NbCell, error: ValueError) -> Finding:
    """A defect of the markers of a cell."""
    return Finding(cell.place, None, str(error), "Correct the markers, and import again.")
