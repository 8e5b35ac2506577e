"""Scores and comments put into nbgrader's gradebook. Ours stand in its `auto_` columns, what people give there in `manual_`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from autograder.bridges.nbgrader import harmless
from autograder.bridges.nbgrader.cells import MADE_HERE, Json, Seat
from autograder.course.findings import CourseError
from autograder.report.wording import points
from autograder.returning.standing import Standing

_SLACK = 1e-6


@dataclass(frozen=True)
class Note:
    """Something that nbgrader cannot hold, or that a person has to look at: fact, place, next step."""

    place: str
    fact: str
    next_step: str

    def __str__(self) -> str:
        return f"{self.place}: {self.fact} {self.next_step}".strip()


def same(one: float | None, other: float | None) -> bool:
    """Whether two scores are the same, or neither is there."""
    return one is other if one is None or other is None else math.isclose(one, other, abs_tol=_SLACK)


# --- the assignment


def put_assignment(gradebook: Any, name: str, notebook: Json) -> None:
    """The assignment with its one notebook and that one's cells, as they are now.

    Raises CourseError where cells would go that somebody has marked, or that are of another notebook.
    """
    import json

    from nbgrader.api import MissingEntry

    assignment = gradebook.update_or_create_assignment(name)
    others = [one.name for one in assignment.notebooks if one.name != name]
    if others:
        _refuse(name, f"has an assignment of this name with other notebooks ({', '.join(others)})")
    try:
        found = gradebook.find_notebook(name, name)
    except MissingEntry:
        found = gradebook.add_notebook(name, name, kernelspec=json.dumps(notebook["metadata"]["kernelspec"]))
    wanted = {marks["grade_id"]: cell for cell in notebook["cells"] if (marks := cell["metadata"].get("nbgrader"))}
    _remove_others(gradebook, name, found, wanted)
    for grade_id, cell in wanted.items():
        _put_cell(gradebook, name, grade_id, cell)


def _put_cell(gradebook: Any, name: str, grade_id: str, cell: Json) -> None:
    marks, place = cell["metadata"]["nbgrader"], (grade_id, name, name)
    worth = {"max_score": float(marks.get("points") or 0), "cell_type": cell["cell_type"]}
    if marks["grade"]:
        gradebook.update_or_create_grade_cell(*place, **worth)
    if marks["solution"]:
        gradebook.update_or_create_solution_cell(*place)
    if marks.get("task"):
        gradebook.update_or_create_task_cell(*place, **worth)
    locked = bool(marks["locked"] or (marks["grade"] and not marks["solution"]))
    gradebook.update_or_create_source_cell(
        *place,
        cell_type=cell["cell_type"],
        locked=locked,
        source="".join(cell["source"]),
        checksum=marks.get("checksum"),
    )


def _remove_others(gradebook: Any, name: str, notebook: Any, wanted: dict[str, Json]) -> None:
    """Take out cells that the notebook has no more, with their grades."""
    ours = any(MADE_HERE in (cell.source or "") for cell in notebook.source_cells)
    kinds = {"grade": notebook.grade_cells, "solution": notebook.solution_cells, "task": notebook.task_cells}
    for kind, cells in kinds.items():
        for cell in [one for one in cells if not _has(wanted.get(one.name), kind)]:
            grades = list(getattr(cell, "grades", None) or ())
            touched = any(one.manual_score is not None for one in grades)
            if touched or not ours:
                why = "somebody has marked it in formgrader" if touched else "it is of another notebook"
                _refuse(name, f'has a cell "{cell.name}" that this assignment has not, and {why}')
            for one in (*grades, *(getattr(cell, "comments", None) or ()), cell):
                gradebook.db.delete(one)
    for source in [one for one in notebook.source_cells if one.name not in wanted]:
        gradebook.db.delete(source)
    gradebook.db.commit()
    gradebook.db.expire_all()


def _has(cell: Json | None, kind: str) -> bool:
    return cell is not None and bool(cell["metadata"]["nbgrader"].get(kind))


def _refuse(name: str, why: str) -> NoReturn:
    raise CourseError(
        f"{name}: the gradebook of nbgrader {why}. Export into a course of its own; or bring marks back with "
        f"`gradus import marks`, then, there: nbgrader db assignment remove {name} --force"
    )


# --- one student


def put_student(gradebook: Any, name: str, student: str, standing: Standing, seats: Sequence[Seat]) -> list[Note]:
    """The submission of one student with scores and comments. The notes say where formgrader holds something else."""
    person = standing.person
    about = {"last_name": harmless.name(person.name), "email": harmless.name(person.email)} if person else {}
    gradebook.update_or_create_student(student, **about)
    handed_in = standing.attempt.submitted_at.isoformat()
    newer = _is_newer(gradebook, name, student, standing)
    gradebook.update_or_create_submission(name, student, timestamp=handed_in)
    notebook = gradebook.find_submission_notebook(name, name, student)
    _complete(gradebook, notebook)
    notes = list(_put_scores(notebook, standing, seats, newer))
    comments = comments_of(standing, seats)
    for comment in notebook.comments:
        comment.auto_comment = comments.get(comment.name)
    gradebook.db.commit()
    return notes


def _is_newer(gradebook: Any, name: str, student: str, standing: Standing) -> bool:
    """Whether formgrader has seen another attempt of this student."""
    from nbgrader.api import MissingEntry

    try:
        seen = gradebook.find_submission(name, student).timestamp
    except MissingEntry:
        return False
    return seen is not None and seen != standing.attempt.submitted_at.replace(tzinfo=None)


def _complete(gradebook: Any, submitted: Any) -> None:
    """Grades and comments for cells that came since the last export."""
    from nbgrader.api import Comment, Grade

    notebook = submitted.notebook
    graded, commented = {one.cell_id for one in submitted.grades}, {one.cell_id for one in submitted.comments}
    for cell in [*notebook.grade_cells, *notebook.task_cells]:
        if cell.id not in graded:
            gradebook.db.add(Grade(cell_id=cell.id, notebook=submitted))
    for cell in [*notebook.solution_cells, *notebook.task_cells]:
        if cell.id not in commented:
            gradebook.db.add(Comment(cell_id=cell.id, notebook=submitted))
    gradebook.db.commit()


def _put_scores(submitted: Any, standing: Standing, seats: Sequence[Seat], newer: bool) -> Iterator[Note]:
    by_id = {seat.grade_id: seat for seat in seats}
    for grade in submitted.grades:
        seat = by_id.get(grade.name)
        ours = score_of(standing, seat) if seat else 0.0
        before, grade.auto_score = grade.auto_score, ours
        theirs = grade.manual_score
        if theirs is None or same(theirs, ours):
            grade.needs_manual_grade = ours is None
        elif newer or not same(before, ours):
            grade.needs_manual_grade = True
            since = "the student has handed in again" if newer else f"the gradebook says {_said(ours)}"
            yield Note(
                f"{standing.student}, {grade.name}",
                f"formgrader holds {theirs:g}, and since then {since}.",
                "It asks for a look: choose there, press Resolve, then run `gradus import marks`.",
            )
        else:
            yield Note(
                f"{standing.student}, {grade.name}",
                f"formgrader holds {theirs:g}, the gradebook {_said(ours)}.",
                "Run `gradus import marks`.",
            )


def _said(score: float | None) -> str:
    return "nothing yet" if score is None else f"{score:g}"


def score_of(standing: Standing, seat: Seat) -> float | None:
    """The points of a criterion; None while nobody has decided. Raises CourseError for points that its cell cannot have."""
    part = next((one for one in standing.score.criteria if one.id == seat.criterion.id), None)
    worth = seat.criterion.points
    if part is None:
        refused = standing.result is not None and standing.result.status == "rejected"
        return 0.0 if refused else None
    if part.source == "pending":
        return None
    if not (same(part.points, worth) and -_SLACK <= part.score <= worth + _SLACK):
        raise CourseError(
            f"{standing.student}, {seat.criterion.id}: {part.score:g} of {part.points:g} points, and the rubric has {worth:g} for it. "
            "Grade again by today's rubric: gradus regrade."
        )
    return min(max(part.score, 0.0), worth)


def comments_of(standing: Standing, seats: Sequence[Seat]) -> dict[str, str]:
    """Cell → what staff said there, harmless: feedback pages render comments as markdown."""
    results = {c.id: c for c in (standing.result.criteria if standing.result else ())}
    found: dict[str, list[str]] = {}
    for seat in seats:
        word, result = standing.words.get(seat.criterion.id), results.get(seat.criterion.id)
        if word is None or result is None or not word.decided or not seat.comments:
            continue
        plain = f"{points(result.score)} of {points(result.points)} points."  # stands beside it in nbgrader anyway
        level = result.message if seat.criterion.kind == "ta" and result.message != plain else ""
        said = [word.instead, level, word.comment]
        text = "\n\n".join(one for one in said if one)
        alone = seat.comments == seat.grade_id
        if text:
            found.setdefault(seat.comments, []).append(text if alone else f"{seat.criterion.id}: {text}")
    return {cell: harmless.markdown("\n\n".join(texts)) for cell, texts in found.items()}
