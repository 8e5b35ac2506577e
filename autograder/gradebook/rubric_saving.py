"""A changed rubric is put in force: both texts kept, the file written, marks given what their level pays now."""

from __future__ import annotations

from autograder.course.models import LoadedAssignment
from autograder.course.rubric_edit import fingerprint, save_rubric
from autograder.gradebook.book import Gradebook
from autograder.gradebook.errors import GradebookError
from autograder.gradebook.rubric_effect import carry
from autograder.gradebook.rubrics import keep_rubric


def put_in_force(
    book: Gradebook, before: LoadedAssignment, after: LoadedAssignment, old: str, new: str, author: str
) -> int:
    """Write `new` over `old`, the text that `before` was read from: how many marks take other points.

    What the gradebook must remember is written first: a disk that is full stops it before the file is touched. CourseError
    when the file is not `old` any more or cannot be written; GradebookError when it is written, and marks are not carried.
    """
    keep_rubric(book, before.slug, old)
    digest = keep_rubric(book, before.slug, new)
    save_rubric(before.paths, new, expected=fingerprint(old))
    try:
        return carry(book, before.slug, before.rubric, after.rubric, digest, author)
    except GradebookError as error:
        raise GradebookError(
            f"rubrics/{before.slug}.yaml is written, but not every mark has the points that its level pays now. "
            f"{error} Then save once more: it does the rest."
        ) from error
