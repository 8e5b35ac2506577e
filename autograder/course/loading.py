"""Find a course and load its assignments; everything that is wrong with one is said at once."""

from __future__ import annotations

import difflib
from pathlib import Path

from autograder.course.consistency import check_files, check_models
from autograder.course.findings import CourseError, Findings
from autograder.course.models import Assignment, LoadedAssignment, Paths, Rubric
from autograder.course.yaml_lines import model_of, read_model


def find_course(start: Path) -> Path:
    """The nearest folder at or above `start` that holds `assignments/` and `rubrics/`."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / "assignments").is_dir() and (folder / "rubrics").is_dir():
            return folder
    raise CourseError(
        f"{start} is not inside a course: neither it nor a folder above it holds assignments/ and rubrics/. "
        "Change into the course, or name it with --course; gradus init FOLDER makes one."
    )


def list_assignments(course: Path) -> list[str]:
    """The slugs of `course`: the folders of `assignments/` that hold an assignment.yaml, sorted."""
    return sorted(file.parent.name for file in (course / "assignments").glob("*/assignment.yaml"))


def load_assignment(
    course: Path, slug: str, *, rubric_text: str | None = None, tests_to_come: bool = False
) -> LoadedAssignment:
    """Read and check assignment.yaml, the rubric, the source notebook and the hidden tests' criteria.

    `rubric_text` stands in for what the rubric's file holds: a change is checked before it is saved. With `tests_to_come`
    criteria may be without a hidden test: one is about to be written.
    Raises CourseError with every finding, each naming file and line.
    """
    known = list_assignments(course)
    if slug not in known:
        raise CourseError(_no_such(slug, known, course))
    paths = Paths(course=course, slug=slug)
    findings = Findings()
    assignment_file = f"assignments/{slug}/assignment.yaml"
    assignment = read_model(paths.assignment / "assignment.yaml", assignment_file, Assignment, findings)
    rubric_file = f"rubrics/{slug}.yaml"
    if rubric_text is None:
        rubric = read_model(paths.rubric, rubric_file, Rubric, findings)
    else:
        rubric = model_of(rubric_text, rubric_file, Rubric, findings)
    check_models(slug, assignment, rubric, findings)
    if assignment is not None:
        check_files(paths, assignment, None if tests_to_come else rubric, findings)
    findings.raise_if_any()
    assert assignment is not None
    assert rubric is not None
    return LoadedAssignment(paths=paths, assignment=assignment.value, rubric=rubric.value)


def _no_such(slug: str, known: list[str], course: Path) -> str:
    fact = f'There is no assignment "{slug}" in {course}.'
    if not known:
        return f"{fact} It has none yet: an assignment is a folder assignments/<slug>/ with an assignment.yaml."
    close = difflib.get_close_matches(slug, known, n=1)
    if close:
        return f'{fact} Did you mean "{close[0]}"?'
    return f"{fact} It has {', '.join(known)}."
