"""Evidence that no run gave: results of the assignment `scale`, made as a test needs them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.course.known import KnownSubmission
from autograder.course.loading import load_assignment
from autograder.course.verdict import Verdict
from autograder.grading.result import CriterionResult, Result, SubmissionId, TestResult
from autograder.verify.evidence import Evidence, Run
from autograder.verify.subjects import Kind, Subject
from tests.conftest import COURSES
from tests.report.samples import ENVIRONMENT

TESTS = {
    "standardise.values": ("test_standardise.py::test_values", "test_standardise.py::test_input_is_left_alone"),
    "standardise.stable": ("test_standardise.py::test_rows_far_from_zero",),
    "affine.values": ("test_affine.py::test_values",),
    "affine.gradients": ("test_affine.py::test_gradients",),
}
CRITERIA = tuple(TESTS)
POINTS = {"standardise.values": 30, "standardise.stable": 10, "affine.values": 20, "affine.gradients": 20}
NOT_ATTEMPTED = dict.fromkeys(CRITERIA, Verdict.NOT_ATTEMPTED)


def known(kind: Any, name: str, *loses: str, verdict: Verdict | None = None, hint: str = "Look.") -> KnownSubmission:
    """A known submission of no source."""
    return KnownSubmission(kind, name, "What it does.", "", loses, verdict, hint)


def outcome(name: str, verdict: Verdict, **fields: Any) -> TestResult:
    """What a test came to."""
    return TestResult(name=name, title="What holds", verdict=verdict, **fields)


def criterion(
    criterion_id: str, verdict: Verdict, tests: tuple[TestResult, ...] | None = None, **fields: Any
) -> CriterionResult:
    """What a criterion came to; without `tests`, all of its tests came to the same."""
    made = tuple(outcome(name, verdict, hint=fields.get("hint", "")) for name in TESTS[criterion_id])
    given = {"message": "" if verdict is Verdict.PASS else f"{verdict} it is.", **fields}
    return CriterionResult(
        id=criterion_id,
        question=criterion_id.partition(".")[0],
        title="Title",
        kind="tests",
        points=POINTS[criterion_id],
        score=POINTS[criterion_id] if verdict is Verdict.PASS else 0,
        verdict=verdict,
        tests=made if tests is None else tests,
        **given,
    )


def run(
    kind: Kind,
    name: str,
    ended: Mapping[str, Verdict | CriterionResult] | None = None,
    *,
    seed: int = 0,
    **fields: Any,
) -> Run:
    """A run in which every criterion passed but those of `ended`."""
    ended = ended or {}
    criteria = []
    for criterion_id in CRITERIA:
        end = ended.get(criterion_id, Verdict.PASS)
        criteria.append(end if isinstance(end, CriterionResult) else criterion(criterion_id, end))
    given = {
        "assignment": "scale",
        "title": "Standardise and scale",
        "submission": SubmissionId(id=name, sha256="", file=name),
        "status": "graded",
        "score": sum(c.score for c in criteria),
        "max_score": 100,
        "criteria": tuple(criteria),
        "environment": ENVIRONMENT,
        **fields,
    }
    return Run(Subject(kind, name, seed), Result(**given))


KNOWN = (
    known("correct", "loop"),
    known("mistakes", "in_place", "standardise.values"),
    known("mistakes", "no_bias", "affine.values", "affine.gradients"),
    known("unstable", "naive", "standardise.stable"),
    known("slow", "loops", "affine.values"),
    known("hostile", "leaves", *CRITERIA, verdict=Verdict.CRASH),
)
FAIL, UNSTABLE, TIMEOUT, CRASH = Verdict.FAIL, Verdict.UNSTABLE, Verdict.TIMEOUT, Verdict.CRASH


def sound_runs() -> dict[str, Run]:
    """By name (and seed), a run of every kind that came out as it should."""
    return {
        "solution": run("solution", "solution"),
        "solution 1": run("solution", "solution", seed=1),
        "template": run("template", "template", NOT_ATTEMPTED),
        "loop": run("correct", "loop"),
        "loop 1": run("correct", "loop", seed=1),
        "in_place": run("mistakes", "in_place", {"standardise.values": FAIL}),
        "no_bias": run("mistakes", "no_bias", {"affine.values": FAIL, "affine.gradients": FAIL}),
        "naive": run("unstable", "naive", {"standardise.stable": UNSTABLE}),
        "loops": run("slow", "loops", {"affine.values": TIMEOUT}),
        "leaves": run("hostile", "leaves", dict.fromkeys(CRITERIA, CRASH)),
    }


def evidence(
    changed: Mapping[str, Run | None] | None = None,
    *,
    known: tuple[KnownSubmission, ...] = KNOWN,
    complete: bool = True,
    course: Path = COURSES / "tiny",
) -> Evidence:
    """Sound evidence but for the runs of `changed`; None leaves one out."""
    runs = {**sound_runs(), **(changed or {})}
    kept = tuple(one for one in runs.values() if one is not None)
    return Evidence(load_assignment(course, "scale"), known, kept, complete)
