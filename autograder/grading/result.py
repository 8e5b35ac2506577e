"""`result.json`: what grading one submission came to."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from autograder.course.models import Visibility
from autograder.course.record import Curve, ErrorMap, Pattern, Record, Speedup
from autograder.course.verdict import Verdict

__all__ = [
    "CriterionResult",
    "Curve",
    "Environment",
    "ErrorMap",
    "Pattern",
    "Record",
    "Repair",
    "Result",
    "Speedup",
    "SubmissionId",
    "TestResult",
]


class TestResult(Record):
    """One hidden test. `message` is for students; `detail` is for staff and never leaves the grader's folder."""

    __test__ = False

    name: str
    title: str
    """First line of the test's docstring."""
    verdict: Verdict
    credit: float = Field(default=0.0, ge=0, le=1)
    message: str = ""
    hint: str = ""
    mistake: str | None = None
    detail: str = ""
    seconds: float = 0.0
    error_map: ErrorMap | None = None
    curves: tuple[Curve, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    speedup: Speedup | None = None
    overlaps: tuple[str, ...] = ()
    """Tolerances that a lower precision would pass; looked for by `gradus verify` only."""


class CriterionResult(Record):
    """One criterion of the rubric with the points it earned."""

    id: str
    question: str
    title: str
    kind: Literal["tests", "ta"]
    points: float
    score: float
    verdict: Verdict
    message: str = ""
    hint: str = ""
    mistake: str | None = None
    visibility: Visibility = "after_published"
    error_map: ErrorMap | None = None
    curves: tuple[Curve, ...] = ()
    """How time, memory or error change with a size: of the test that decided, or of the last that measured it."""
    patterns: tuple[Pattern, ...] = ()
    """What positions attend to: of the test that decided, or of the last that drew it."""
    tests: tuple[TestResult, ...] = ()


class Repair(Record):
    """Something in the submitted notebook that was healed from the source before grading."""

    cell: int | None
    """1-based position in the submitted notebook; None for a cell that was missing."""
    question: str | None
    what: str


class SubmissionId(Record):
    """Which submission a result belongs to: its folder's name, the hash of what was read, the file."""

    id: str
    sha256: str
    file: str


class Environment(Record):
    """Where and from what a result was made."""

    kit: str
    assignment_sha256: str
    torch: str
    device: str
    sandbox: str
    seed: int
    seconds: float
    limits: dict[str, float] = Field(default_factory=dict)
    """Seconds of wall clock that the submission had: `import_seconds`, `call_seconds`, `total_seconds`."""
    detail: str = ""
    """For staff: why the grader failed, what was run again and why."""


class Result(Record):
    """One submission, whatever it did. The student-visible parts are all but `tests[].detail`."""

    schema_: int = Field(default=1, alias="schema")
    assignment: str
    title: str
    submission: SubmissionId
    status: Literal["graded", "rejected", "grader_error", "placeholder"]
    message: str = ""
    """For `rejected`: what is wrong and what to do. For `grader_error`: that it is not the student's fault."""
    score: float = 0.0
    max_score: float
    pending: float = 0.0
    """Points still in the hands of a TA."""
    criteria: tuple[CriterionResult, ...] = ()
    repairs: tuple[Repair, ...] = ()
    environment: Environment

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, ser_json_inf_nan="null", allow_inf_nan=False
    )
