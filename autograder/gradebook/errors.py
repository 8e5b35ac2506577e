"""What a gradebook refuses, in sentences: fact, place, next step."""

from __future__ import annotations

from autograder.course.findings import CourseError


class GradebookError(CourseError):
    """The gradebook cannot be used, or what is asked of it makes no sense."""


class GradebookFailed(GradebookError):
    """The database itself failed: it is damaged, full, locked or out of reach. Whatever comes next would fail, too."""
