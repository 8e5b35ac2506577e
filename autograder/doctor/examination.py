"""All that is looked at, in the order in which it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from autograder.course.findings import CourseError
from autograder.course.loading import find_course
from autograder.doctor import Diagnosis
from autograder.doctor.course import examine_course, examine_data
from autograder.doctor.installation import examine_extras, examine_python, examine_torch
from autograder.doctor.machine import examine_disk, examine_sandboxes

Look = Callable[[Path | None], list[Diagnosis]]
LOOKS: tuple[Look, ...] = (
    examine_python, examine_torch, examine_extras, examine_sandboxes, examine_disk, examine_course, examine_data,
)  # fmt: skip
"""A new one is a function of the course's folder (None outside of one)."""


def examine(start: Path) -> Iterator[Diagnosis]:
    """Everything about this machine and the course around `start`. All looks are taken at once: some wait for programs."""
    try:
        course = find_course(start)
    except CourseError:
        course = None
    with ThreadPoolExecutor(len(LOOKS)) as threads:
        for found in [threads.submit(_taken, look, course) for look in LOOKS]:
            yield from found.result()


def _taken(look: Look, course: Path | None) -> list[Diagnosis]:
    """What a look finds; one that fails hides none of the others."""
    try:
        return look(course)
    except Exception as error:
        part = look.__name__.removeprefix("examine_")
        return [Diagnosis(part, "problem", f"it could not be looked at: {type(error).__name__}: {error}")]
