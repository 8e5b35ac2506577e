"""results.json: what stands in it before, during and after grading. Every one of them could be the last."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autograder.bridges.gradescope.settings import Settings
from autograder.course.verdict import Verdict
from autograder.grading.blank import NOT_ENDED
from autograder.grading.result import CriterionResult, Environment, Result, SubmissionId
from autograder.grading.store import write_atomically
from autograder.report.gradescope import gradescope_results

FILE = "results.json"
NOT_YOUR_FAULT = "It is not your fault and costs you nothing; your course staff will look at it."
OUT_OF_TIME = "Grading was stopped before the platform's time ran out. What is not run yet is still open."
ENDED_FROM_OUTSIDE = "Grading was ended from outside. What is not run yet is still open."
GRADER_ENDED = "What was earned before it failed is kept; what is not run yet is still open."


def first_results(settings: Settings) -> dict[str, Any]:
    """What stands there before anything has run: no points, and nobody's fault."""
    return document(untouched(settings), settings) | {
        "output": f"{settings.title}: grading has begun. If this is all you see after a while, it did not end. "
        f"{NOT_YOUR_FAULT}\n{settings.stamp}"
    }


def untouched(settings: Settings, message: str = NOT_ENDED) -> Result:
    """A result without criteria."""
    where = Environment(
        kit=settings.kit,
        assignment_sha256=settings.assignment_sha256,
        torch="",
        device="cpu",
        sandbox="uid",
        seed=settings.seed or 0,
        seconds=0.0,
    )
    return Result(
        assignment=settings.slug,
        title=settings.title,
        submission=SubmissionId(id="submission", sha256="", file="submission"),
        status="placeholder",
        message=message,
        max_score=settings.points,
        environment=where,
    )


def document(result: Result, settings: Settings, *, attempt: int | None = None) -> dict[str, Any]:
    """`result` as Gradescope reads it, with the stamp for staff."""
    if not settings.include_ta:
        result = _without_ta(result, settings)
    sent = gradescope_results(result, include_ta=settings.include_ta, leaderboard=settings.leaderboard)
    where = result.environment
    stamp = {
        "kit": where.kit,
        "assignment": settings.slug,
        "assignment_sha256": settings.assignment_sha256,
        "submission_sha256": result.submission.sha256,
        "status": result.status,
        "sandbox": where.sandbox,
        "seed": where.seed,
        "torch": where.torch,
        "attempt": attempt,
    }
    return sent | {"extra_data": {"gradus": stamp}}


def _without_ta(result: Result, settings: Settings) -> Result:
    """The totals of the criteria that are left."""
    pending = sum(c.points for c in result.criteria if c.kind == "tests" and c.verdict.pending)
    return result.model_copy(update={"max_score": settings.points, "pending": round(pending, 6)})


def write_results(folder: Path, sent: dict[str, Any]) -> None:
    """Replace results.json as a whole: whoever kills us finds the one before or this one. Raises OSError, ValueError."""
    write_atomically(folder / FILE, json.dumps(sent, ensure_ascii=False, allow_nan=False, indent=1) + "\n")


def keeping(last: Result | None, partial: Result) -> Result:
    """`partial`, with what `last` had decided and it has not: a run that begins again takes nothing back meanwhile."""
    if last is None:
        return partial
    undecided = {c.id for c in partial.criteria if c.verdict is Verdict.NOT_RUN}
    return with_criteria(partial, [c for c in last.criteria if c.id in undecided and c.verdict is not Verdict.NOT_RUN])


def ended_early(last: Result | None, settings: Settings, message: str, *, failed: bool) -> Result:
    """What was earned so far, as the last word: the rest is open, and a TA decides it."""
    result = last or untouched(settings)
    return result.model_copy(update={"status": "grader_error" if failed else "placeholder", "message": message})


def with_criteria(result: Result, others: Iterable[CriterionResult]) -> Result:
    """`result` with `others` in place of its criteria of the same id, and its totals made anew."""
    new = {criterion.id: criterion for criterion in others}
    criteria = tuple(new.get(c.id, c) for c in result.criteria)
    return result.model_copy(
        update={
            "criteria": criteria,
            "score": round(sum(c.score for c in criteria), 2),
            "pending": round(sum(c.points for c in criteria if c.verdict.pending), 2),
        }
    )


def memory_is_ours(result: Result, granted_mb: int, promised_mb: int) -> Result:
    """Where the machine grants less memory than the assignment promises, running out of it costs no points."""
    if granted_mb >= promised_mb:
        return result
    message = (
        f"Your code needed more memory than this machine has for it ({granted_mb} MB; the assignment allows "
        f"{promised_mb} MB). It costs you nothing: a TA runs it on a larger one."
    )
    return with_criteria(
        result,
        [
            c.model_copy(update={"verdict": Verdict.INCONCLUSIVE, "score": 0.0, "message": message, "hint": ""})
            for c in result.criteria
            if c.verdict is Verdict.MEMORY
        ],
    )
