"""The code of a student's notebook that is graded: answer cells and `#| export` cells."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from autograder.course.findings import CourseError
from autograder.course.notebook import (
    Cell,
    Notebook,
    NotebookError,
    is_stub,
    question_of,
    read_notebook,
    without_jupyter_commands,
)
from autograder.course.source import defined_names
from autograder.student.folder import StudentFolder


@dataclass(frozen=True)
class CodeCell:
    """One cell to execute. Its number counts all cells of the notebook from 1."""

    number: int
    source: str
    question: str | None = None


@dataclass(frozen=True)
class Answers:
    """The module that a notebook's cells become, in order."""

    cells: tuple[CodeCell, ...]
    answer_cells: int
    """Answer cells in the notebook."""
    untouched: int
    """Of these, those that are still as they were handed out."""


def read_answers(folder: StudentFolder) -> Answers:
    """The graded cells of the notebook in `folder`. Raises CourseError when it cannot be read."""
    return answers_in(saved_notebook(folder), folder)


def saved_notebook(folder: StudentFolder) -> Notebook:
    """The notebook of `folder` as it is on the disk. Raises CourseError when it cannot be read."""
    try:
        return read_notebook(folder.notebook.read_bytes(), folder.notebook.name)
    except NotebookError as error:
        raise CourseError(str(error)) from None
    except OSError as error:
        raise CourseError(f"{folder.notebook} cannot be opened: {error.strerror}.") from None


def answers_in(notebook: Notebook, folder: StudentFolder) -> Answers:
    """The graded cells of `notebook`, which belongs to `folder`. Raises CourseError when there are none."""
    answers = [cell for cell in notebook.cells if cell.type == "code" and cell.solution]
    graded = _without_untouched_copies(answers)
    cells = [
        CodeCell(cell.index, without_jupyter_commands(cell.source)[0], cell.question)
        for cell in notebook.cells
        if cell in graded or (cell.type == "code" and cell.export and cell not in answers)
    ]
    cells += _strays(folder, notebook, cells)
    if not cells:
        raise CourseError(
            f"{folder.notebook.name} holds none of the cells of this assignment. "
            f"Work in the {folder.notebook.name} you were given: it knows its answer cells by their metadata."
        )
    untouched = sum(is_stub(cell.source) for cell in graded)
    return Answers(tuple(sorted(cells, key=lambda cell: cell.number)), len(graded), untouched)


def _without_untouched_copies(answers: list[Cell]) -> list[Cell]:
    """A copied answer cell counts when it was written in; grading decides the same."""
    touched = {cell.grade_id for cell in answers if not is_stub(cell.source)}
    seen: set[str | None] = set()
    kept = []
    for cell in answers:
        first = cell.grade_id not in seen
        seen.add(cell.grade_id)
        if not is_stub(cell.source) or (first and cell.grade_id not in touched):
            kept.append(cell)
    return kept


def _strays(folder: StudentFolder, notebook: Notebook, cells: list[CodeCell]) -> list[CodeCell]:
    """Cells that lost their metadata but define what a question without an answer cell asks for."""
    answered = {cell.question for cell in cells}
    found = []
    for question in folder.questions:
        if question.id in answered:
            continue
        for cell in notebook.cells:
            plain = cell.type == "code" and not cell.export and question_of(cell.grade_id) is None
            source = without_jupyter_commands(cell.source)[0]
            if plain and set(question.targets) & names_in(source):
                found.append(CodeCell(cell.index, source, question.id))
                break
    return found


def names_in(source: str) -> set[str]:
    """What a cell defines at its top level; nothing when it is not Python."""
    try:
        return set(defined_names(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError):
        return set()
