"""What formgrader holds: scores and comments of people, cell by cell, beside what we exported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.bridges.nbgrader.course import nb_course, nb_gradebook
from autograder.bridges.nbgrader.fill import Note
from autograder.course.findings import CourseError
from autograder.returning.pages import file_name
from autograder.returning.standing import Standing


@dataclass(frozen=True)
class GivenCell:
    """One graded cell of one submission over there; `base` is what we exported."""

    manual: float | None
    extra: float | None
    base: float | None
    unresolved: bool
    comment: str
    base_comment: str


def given_in_formgrader(
    folder: Path, slug: str, everybody: Sequence[Standing], notes: list[Note]
) -> Iterator[tuple[Standing, dict[str, GivenCell]]]:
    """Each submission of the class, with its cells by name. Adds a note for one whose marks are about nothing that counts here.

    Raises CourseError where the course has no such assignment.
    """
    from nbgrader.api import MissingEntry

    ours = {file_name(one.student): one for one in everybody}
    with nb_gradebook(nb_course(folder)) as gradebook:
        try:
            submissions = gradebook.find_assignment(slug).submissions
        except MissingEntry:
            raise CourseError(
                f'{folder}: nbgrader\'s gradebook has no assignment "{slug}". Run `gradus export {slug} --to nbgrader {folder}`.'
            ) from None
        for submission in sorted(submissions, key=lambda one: str(one.student_id)):
            standing = ours.get(submission.student_id)
            cells = {name: cell for notebook in submission.notebooks for name, cell in _cells(notebook)}
            touched = any(cell.manual is not None or cell.comment for cell in cells.values())
            if standing is None:
                if touched:
                    notes.append(
                        Note(
                            str(submission.student_id),
                            "marked in formgrader, and has no attempt here.",
                            "Look at the roster, and at what was taken in.",
                        )
                    )
            elif submission.timestamp != standing.attempt.submitted_at.replace(tzinfo=None):
                if touched:
                    notes.append(
                        Note(
                            standing.student,
                            "the marks in formgrader are about another attempt than the one that counts.",
                            f"Run `gradus export {slug} --to nbgrader {folder}`, then mark again.",
                        )
                    )
            else:
                yield standing, cells


def _cells(notebook: Any) -> Iterator[tuple[str, GivenCell]]:
    """Graded cells by name, and cells that have nothing but a comment."""
    comments = {one.name: one for one in notebook.comments}
    grades = {one.name: one for one in notebook.grades}
    for name in {**grades, **comments}:
        grade, comment = grades.get(name), comments.get(name)
        yield (
            name,
            GivenCell(
                manual=grade.manual_score if grade else None,
                extra=grade.extra_credit if grade else None,
                base=grade.auto_score if grade else None,
                unresolved=bool(grade and grade.needs_manual_grade),
                comment=(comment.manual_comment or "").strip() if comment else "",
                base_comment=(comment.auto_comment or "").strip() if comment else "",
            ),
        )
