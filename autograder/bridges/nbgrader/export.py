"""A class into an nbgrader course: `autograded/` and the gradebook, so that formgrader, feedback and export work on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.bridges.nbgrader.cells import Json, Seat, notebook_of, seats, with_added
from autograder.bridges.nbgrader.course import NbCourse, nb_course, nb_gradebook
from autograder.bridges.nbgrader.fill import Note, put_assignment, put_student, score_of
from autograder.bridges.nbgrader.shown import submitted_notebook
from autograder.course.atomic import write_atomically
from autograder.course.models import LoadedAssignment
from autograder.gradebook import Gradebook
from autograder.gradebook.attempts import attempts_of, file_of
from autograder.gradebook.errors import GradebookError
from autograder.gradebook.tables import marks
from autograder.returning.pages import file_name
from autograder.returning.standing import Standing
from autograder.submissions.opened import Opened, opened


@dataclass(frozen=True)
class Exported:
    """What an export came to."""

    students: int
    pending: int
    """Students with something that nobody has decided yet."""
    notes: tuple[Note, ...]


def export_to_nbgrader(
    book: Gradebook,
    loaded: LoadedAssignment,
    everybody: Sequence[Standing],
    folder: Path,
    advance: Callable[[], None] = lambda: None,
) -> Exported:
    """Write every standing of `everybody` that has a result. Running it again brings both up to date.

    Nothing of a student is executed. Scores that were given in formgrader stay there. Raises CourseError before anything is
    written where points cannot be, or where the course's gradebook has another assignment of this name.
    """
    all_seats, master = _laid_out(loaded)
    graded = [one for one in everybody if one.result is not None]
    for standing in graded:
        for seat in all_seats:
            score_of(standing, seat)
    course = nb_course(folder)
    notes = list(_unholdable(book, loaded, everybody, all_seats))
    with nb_gradebook(course) as gradebook:
        whole = notebook_of(with_added(master, all_seats))
        put_assignment(gradebook, loaded.slug, whole)
        if not course.source(loaded.slug).exists():
            _write_notebook(course.source(loaded.slug), loaded.slug, whole)
        for standing in graded:
            student = file_name(standing.student)
            _write(course, loaded, book, master, all_seats, standing, student)
            notes += put_student(gradebook, loaded.slug, student, standing, all_seats)
            advance()
    return Exported(len(graded), sum(bool(one.open) for one in graded), tuple(notes))


def layout(loaded: LoadedAssignment) -> tuple[Seat, ...]:
    """The cell of every criterion of an assignment."""
    from autograder.course.notebook import read_notebook

    return seats(read_notebook(loaded.paths.source.read_bytes(), "source.ipynb"), loaded.rubric)


def _laid_out(loaded: LoadedAssignment) -> tuple[tuple[Seat, ...], list[Json]]:
    """Seats, and the cells of the notebook as it is released, with the points of the rubric."""
    from autograder.release.build import read_sound_source, stubs
    from autograder.release.strip import strip

    source = read_sound_source(loaded)
    found = seats(source.notebook, loaded.rubric)
    worth = {seat.grade_id: seat.criterion.points for seat in found if not seat.added}
    cells: list[Json] = strip(source.tree, stubs(loaded, source.notebook))["cells"]
    for cell in cells:
        cell["source"] = "".join(cell["source"])
        cell_marks = cell["metadata"].get("nbgrader")
        if cell_marks and (cell_marks["grade"] or cell_marks.get("task")):
            cell_marks["points"] = worth.get(cell_marks["grade_id"], 0)
    return found, cells


def _write(
    course: NbCourse,
    loaded: LoadedAssignment,
    book: Gradebook,
    master: Sequence[Json],
    all_seats: Sequence[Seat],
    standing: Standing,
    student: str,
) -> None:
    attempt, target = standing.attempt, course.autograded(student, loaded.slug)
    try:
        seen = opened(file_of(book, attempt.file_sha256), attempt.file_name, loaded.assignment)
    except GradebookError as error:  # purged
        seen = Opened(trouble=str(error))
    notebook = submitted_notebook(master, seen, all_seats, standing)
    _write_notebook(target, loaded.slug, notebook)
    write_atomically(target / "timestamp.txt", f"{attempt.submitted_at:%Y-%m-%d %H:%M:%S} UTC\n")


def _write_notebook(folder: Path, name: str, notebook: Json) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    write_atomically(folder / f"{name}.ipynb", json.dumps(notebook, ensure_ascii=False, indent=1) + "\n")


def _unholdable(
    book: Gradebook, loaded: LoadedAssignment, everybody: Sequence[Standing], all_seats: Sequence[Seat]
) -> Iterator[Note]:
    """What has no place in nbgrader."""
    from sqlalchemy import select

    from autograder.gradebook.rows import selected

    for one in everybody:
        if one.result is None:
            yield Note(
                one.student,
                "not graded yet, so not exported.",
                f"Run `gradus grade --class {loaded.slug}`, then export again.",
            )
        if file_name(one.student) != one.student:
            yield Note(
                one.student,
                f"in nbgrader this student is called {file_name(one.student)}.",
                "Their sid cannot be a folder's name.",
            )
    several = {a.student_id for a in attempts_of(book, loaded.slug) if a.number > 1}
    if several:
        yield Note(
            loaded.slug,
            f"{len(several)} students have several attempts; nbgrader holds one.",
            "The one that counts was exported; all stay here.",
        )
    ids = [one.attempt.id for one in everybody]
    chosen = select(marks.c.id).where(marks.c.attempt_id.in_(ids), marks.c.kind.in_(("second", "gold")))
    if selected(book, chosen):
        yield Note(loaded.slug, "second and gold marks stay here; nbgrader holds one mark.", "See `gradus statistics`.")
    for seat in all_seats:
        place = f"rubrics/{loaded.slug}.yaml, {seat.criterion.id}"
        if seat.criterion.levels:
            yield Note(
                place, "nbgrader has no levels.", "Whoever marks in formgrader gives points; keep the rubric at hand."
            )
        if seat.criterion.visibility == "hidden":
            yield Note(
                place,
                "students do not see this criterion here; nbgrader's feedback shows its points.",
                "What the tests said is left out.",
            )
        if not seat.comments:
            yield Note(place, "its question has no cell that takes comments in nbgrader.", "Comments on it stay here.")
