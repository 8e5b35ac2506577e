"""Notebook → student release and answer key: strip, stub, scan for leaks, put in place."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.course.findings import Finding
from autograder.course.models import LoadedAssignment


@dataclass(frozen=True)
class ReleaseReport:
    """What a release came to."""

    slug: str
    files: tuple[str, ...]
    """What the source gives, relative to the course."""
    differences: tuple[Finding, ...]
    """How the generated folders differ from it; after a release they do no more."""
    leaks: tuple[Finding, ...]
    """Pieces of answers or hidden tests in the student's files: with these nothing is written."""
    written: bool
    """Whether folders were replaced."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Why the release is not done, or not up to date; empty when all is well."""
        return self.leaks if self.written or self.leaks else self.differences


def release(loaded: LoadedAssignment, *, check: bool = False) -> ReleaseReport:
    """Generate `student_template/<slug>/` and `solutions/<slug>/`, or with `check` only compare them.

    The same source gives the same bytes. Folders are replaced as a whole, and only when they differ and
    nothing leaks. Raises CourseError when the notebook's markers or metadata are not sound.
    """
    from autograder.release.build import read_sound_source, solution_files, student_files
    from autograder.release.folders import differences, replace_folders
    from autograder.release.scan import find_leaks

    source = read_sound_source(loaded)
    student, solution = student_files(loaded, source), solution_files(loaded, source)
    folders = [
        (loaded.paths.student, student, f"student_template/{loaded.slug}"),
        (loaded.paths.solution, solution, f"solutions/{loaded.slug}"),
    ]
    leaks = find_leaks(loaded, source, student)
    differing = [found for folder, files, shown in folders for found in differences(folder, files, shown, loaded.slug)]
    write = bool(differing) and not leaks and not check
    if write:
        replace_folders([(folder, files) for folder, files, _ in folders])
    return ReleaseReport(
        slug=loaded.slug,
        files=tuple(f"{shown}/{name}" for _, files, shown in folders for name in files),
        differences=tuple(differing),
        leaks=tuple(leaks),
        written=write,
    )
