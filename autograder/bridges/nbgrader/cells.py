"""Which cell of a notebook holds the points of which criterion: nbgrader grades cells, and we grade criteria."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from autograder.course.models import Criterion, Rubric
from autograder.course.notebook import Cell, Notebook, question_of
from autograder.report.wording import points

Json = dict[str, Any]
MADE_HERE = "Decided outside this notebook; this cell holds the points."
"""Stands in every cell that we add, and tells them from those of another notebook of the same name."""


@dataclass(frozen=True)
class Seat:
    """The cell of a criterion. `added`: the source has none, so one is added behind the answers of its question."""

    criterion: Criterion
    grade_id: str
    added: bool
    comments: str
    """The cell that takes its comments: itself, or for tests the question's last answer; empty where there is none."""


def seats(source: Notebook, rubric: Rubric) -> tuple[Seat, ...]:
    """A cell for every criterion, each its own, in the order of the rubric.

    A criterion of a TA has the graded cell that is named like it (`why-reason` for `why.reason`), or the only graded cell
    of its question where it is the only such criterion. Everything else gets a cell that is added.
    """
    ids = {cell.grade_id for cell in source.cells if cell.grade_id}
    found: list[Seat] = []
    for criterion in rubric.criteria:
        own = _own_cell(source, rubric, criterion)
        grade_id = own or _free(criterion.id.replace(".", "-"), ids)
        ids.add(grade_id)
        answer = grade_id if criterion.kind == "ta" else _last_answer(source, criterion.question)
        found.append(Seat(criterion, grade_id, own is None, answer))
    return tuple(found)


def _own_cell(source: Notebook, rubric: Rubric, criterion: Criterion) -> str | None:
    if criterion.kind != "ta":
        return None
    graded = [cell for cell in source.cells if cell.question == criterion.question and (_by_hand(cell) or cell.task)]
    named = [cell.grade_id for cell in graded if cell.grade_id == criterion.id.replace(".", "-")]
    alone = len(graded) == 1 and sum(c.question == criterion.question and c.kind == "ta" for c in rubric.criteria) == 1
    return named[0] if named else graded[0].grade_id if alone else None


def _by_hand(cell: Cell) -> bool:
    return cell.grade and cell.solution


def _free(wanted: str, taken: Iterable[str]) -> str:
    known = set(taken)
    return wanted if wanted not in known else _free(f"{wanted}-points", known)


def _last_answer(source: Notebook, question: str) -> str:
    answers = [cell.grade_id for cell in source.cells if cell.question == question and cell.solution and cell.grade_id]
    return answers[-1] if answers else ""


def added_cell(seat: Seat) -> Json:
    """The cell of a criterion that has none: a locked test cell, or for TAs a task cell, which takes comments."""
    criterion, by_hand = seat.criterion, seat.criterion.kind == "ta"
    head = f"{criterion.id}: {criterion.title} ({points(criterion.points)} points)"
    metadata = {
        "grade": not by_hand, "grade_id": seat.grade_id, "locked": True, "points": criterion.points, "schema_version": 3,
        "solution": False, "task": by_hand, "cell_type": "markdown" if by_hand else "code",
    }  # fmt: skip
    source = f"**{head}**\n\n{MADE_HERE}" if by_hand else f"# {head}\n# {MADE_HERE}"
    return cell_of("markdown" if by_hand else "code", source, metadata)


def cell_of(kind: str, source: str, marks: Json | None = None) -> Json:
    """A cell without outputs; its id is given when the notebook is put together."""
    cell: Json = {"cell_type": kind, "metadata": {"nbgrader": marks} if marks else {}, "source": source}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def with_added(cells: list[Json], all_seats: Iterable[Seat]) -> list[Json]:
    """`cells` and, behind the last cell of each question, the added cells of its criteria; at the end where it has none."""
    placed = list(cells)
    last = {question_of(_grade_id(cell)): index for index, cell in enumerate(cells) if _grade_id(cell)}
    behind: dict[int, list[Json]] = {}
    for seat in all_seats:
        if seat.added:
            behind.setdefault(last.get(seat.criterion.question, len(cells) - 1), []).append(added_cell(seat))
    for index in sorted(behind, reverse=True):
        placed[index + 1 : index + 1] = behind[index]
    return placed


def notebook_of(cells: list[Json]) -> Json:
    """A notebook of these cells, with ids and metadata that are ours."""
    for number, cell in enumerate(cells, start=1):
        cell["id"] = f"cell-{number}"
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _grade_id(cell: Json) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))
