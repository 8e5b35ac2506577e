"""The course around the current folder, and archives of full-size data beside it."""

from __future__ import annotations

from pathlib import Path

from autograder.course.findings import CourseError
from autograder.course.loading import list_assignments, load_assignment
from autograder.datasets.convert import check
from autograder.datasets.known import ARCHIVES
from autograder.doctor import Diagnosis


def examine_course(course: Path | None) -> list[Diagnosis]:
    """Does every assignment load, and is it released?"""
    if course is None:
        return [Diagnosis("course", "warning", "the current folder is not inside one", "Make one: gradus init mycourse")]
    slugs = list_assignments(course)
    if not slugs:
        mend = "Copy one from another course, or see what `gradus init` makes in a new folder."
        return [Diagnosis("course", "warning", f"{course} has no assignments yet", mend)]
    return [_assignment(course, slug) for slug in slugs]


def _assignment(course: Path, slug: str) -> Diagnosis:
    part = f"assignment {slug}"
    try:
        loaded = load_assignment(course, slug)
    except CourseError as error:
        more = f" (and {len(error.findings) - 1} more: gradus list)" if len(error.findings) > 1 else ""
        return Diagnosis(part, "problem", f"{error.findings[0]}{more}")
    fact = f"{len(loaded.assignment.questions)} questions, {loaded.rubric.points:g} points"
    if not loaded.paths.student.is_dir():
        return Diagnosis(part, "warning", f"{fact}, not released yet", f"Run: gradus release {slug}")
    return Diagnosis(part, "ok", fact)


def examine_data(course: Path | None) -> list[Diagnosis]:
    """Archives of known data in the course's folder or its `data/`: are they whole, byte for byte?"""
    here = course or Path.cwd()
    found = [
        (archive, path)
        for archive in ARCHIVES.values()
        for path in (here / archive.file, here / "data" / archive.file)
        if path.is_file()
    ]
    if not found:
        return [Diagnosis("data", "ok", "no archives of full-size data here; assignments bring what they need")]
    diagnoses = []
    for archive, path in found:
        try:
            check(archive, path)
            diagnoses.append(Diagnosis(f"data {archive.name}", "ok", f"{path} is whole"))
        except CourseError as error:
            diagnoses.append(Diagnosis(f"data {archive.name}", "problem", str(error)))
    return diagnoses
