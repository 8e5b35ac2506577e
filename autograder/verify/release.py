"""Is what students get up to date, and free of answers?"""

from __future__ import annotations

from autograder.course.findings import CourseError, Findings
from autograder.course.models import LoadedAssignment


def release_is_current(loaded: LoadedAssignment, findings: Findings) -> None:
    """The release on disk equals what the source gives now, and leaks nothing.

    That there is none at all is told of the template, which cannot be graded then.
    """
    if not loaded.paths.student.is_dir():
        return
    from autograder.release import release

    try:
        report = release(loaded, check=True)
    except CourseError as error:
        findings.items += error.findings
        return
    findings.items += report.findings
