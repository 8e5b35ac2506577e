"""A class of the tiny course in a gradebook: results as grading makes them, without running anything."""

from __future__ import annotations

from pathlib import Path

from autograder.course.loading import load_assignment
from autograder.course.models import LoadedAssignment
from autograder.course.verdict import Verdict
from autograder.gradebook import Gradebook
from autograder.gradebook.attempts import Attempt
from autograder.gradebook.marks import Mark, current_mark, write_mark
from autograder.gradebook.roster import add_person
from autograder.grading.result import CriterionResult, Curve, Result
from tests.gradebook.made import attempt, graded
from tests.report.samples import ENVIRONMENT, criterion, outcome, result_of

ESSAY = "why.reason"
CURVE = Curve.model_validate(
    {
        "quantity": "operations",
        "allowed": 1.2,
        "submission": {"points": [[64, 4096.0], [128, 16384.0]], "exponent": 2.0},
        "reference": {"points": [[64, 640.0], [128, 1280.0]], "exponent": 1.0},
    }
)


def scale(course: Path) -> LoadedAssignment:
    """The tiny course's assignment."""
    return load_assignment(course, "scale")


def result(course: Path, *, lost: tuple[str, ...] = (), essay: Verdict = Verdict.NEEDS_REVIEW, **fields: object) -> Result:
    """As the hidden tests leave it: the criteria in `lost` failed, the essay waits for a TA."""
    made = [_criterion(c.id, c.title, c.points, c.kind, lost, essay) for c in scale(course).rubric.criteria]
    about = {"assignment": "scale", "title": "Standardise and scale", "environment": ENVIRONMENT}
    return result_of(*made, **(about | fields))


def _criterion(
    name: str, title: str, points: float, kind: str, lost: tuple[str, ...], essay: Verdict
) -> CriterionResult:
    if kind == "ta":
        return criterion(name, title, points, essay, kind="ta", message="A member of your course staff marks this.")
    secret = (outcome("test_secret", "A first test", detail="STAFF ONLY: expected 0.25"),)
    if name in lost:
        return criterion(name, title, points, Verdict.FAIL, message="The result is off.", hint="Divide by n, not n − 1.",
                         mistake="unbiased_variance", curves=(CURVE,), tests=secret)  # fmt: skip
    return criterion(name, title, points, tests=secret)


def handed_in(
    book: Gradebook, course: Path, folder: Path, sid: str, name: str = "", made: Result | None = None, text: str = ""
) -> Attempt:
    """A student of the roster with one graded attempt."""
    add_person(book, sid, name, f"{len(sid)}@example.org", "A")
    one = attempt(book, folder, sid, text or f"x = {sid!r}\n", assignment="scale")
    graded(book, one, made or result(course))
    return one


def marked(
    book: Gradebook, one: Attempt, points: float, *, author: str = "tess", criterion: str = ESSAY, **fields: object
) -> Mark:
    """A TA's decision on top of whatever counts now."""
    now = current_mark(book, one.id, criterion)
    return write_mark(
        book, one.id, criterion, author=author, points=points, expected=now.id if now else None, **fields
    )  # type: ignore[arg-type]
