"""Results that no hidden test was needed for: placeholders, and failures of the grader itself. Light: no torch."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from typing import Any, Literal

from autograder import __version__
from autograder.course.models import LoadedAssignment
from autograder.grading.result import Environment, Result, SubmissionId

NOT_ENDED = "Grading has not ended yet."
GRADER_FAILED = (
    "The grader could not run. It is not your fault and costs you nothing; your course staff will look at it."
)


def assignment_sha256(loaded: LoadedAssignment) -> str:
    """Over everything that can change a result: source, tests, data, rubric, limits, known submissions."""
    digest = hashlib.sha256()
    files = [file for file in loaded.paths.assignment.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    for file in [*sorted(files), loaded.paths.rubric]:
        digest.update(str(file.relative_to(loaded.paths.course)).encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def environment(
    loaded: LoadedAssignment, *, sandbox: str, seed: int, digest: str | None = None, **rest: Any
) -> Environment:
    """What a result says about where it was made."""
    return Environment(
        kit=__version__,
        assignment_sha256=digest or assignment_sha256(loaded),
        torch=version("torch"),
        device="cpu",
        sandbox=sandbox,
        seed=seed,
        **{"seconds": 0.0, **rest},
    )


def blank_result(
    loaded: LoadedAssignment,
    submission: SubmissionId,
    where: Environment,
    status: Literal["placeholder", "grader_error", "rejected"] = "placeholder",
    message: str = NOT_ENDED,
) -> Result:
    """A result without criteria."""
    return Result(
        assignment=loaded.slug,
        title=loaded.assignment.title,
        submission=submission,
        status=status,
        message=message,
        max_score=loaded.rubric.points,
        environment=where,
    )
