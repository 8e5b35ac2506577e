"""What a gradebook refuses, in sentences: fact, place, next step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograder.course.findings import CourseError

if TYPE_CHECKING:
    from autograder.gradebook.marks import Mark


class GradebookError(CourseError):
    """The gradebook cannot be used, or what is asked of it makes no sense."""


class Collision(GradebookError):
    """Somebody else marked the same criterion of the same attempt in the meantime; nothing was written."""

    def __init__(self, theirs: Mark | None) -> None:
        who = f"{theirs.author} has marked" if theirs else "Somebody has withdrawn the mark of"
        super().__init__(f"{who} this criterion in the meantime. Look at both, then mark again.")
        self.theirs = theirs
        """The mark that counts now; None where there is none any more."""
