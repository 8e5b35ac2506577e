"""From the outcomes of hidden tests to criteria and points. Nothing of the student's code has a say here."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.course.models import Criterion, Rubric
from autograder.course.verdict import SEVERITY, Verdict
from autograder.grading.plugin import OUR_FAULT
from autograder.grading.result import CriterionResult, TestResult

_NO_HINT = (Verdict.PASS, Verdict.NOT_ATTEMPTED, Verdict.SKIPPED, Verdict.GRADER_ERROR, Verdict.INCONCLUSIVE)
_NOTHING_AWAITED: Mapping[str, int] = {}


def score(
    rubric: Rubric, outcomes: Mapping[str, list[TestResult]], awaited: Mapping[str, int] = _NOTHING_AWAITED
) -> tuple[CriterionResult, ...]:
    """One result a criterion, in the rubric's order.

    `awaited` tells, while tests still run, how many outcomes each criterion will have: one with fewer is NOT_RUN and
    earns nothing yet.
    """
    return tuple(
        _score(criterion, outcomes.get(criterion.id, []), awaited.get(criterion.id, 0)) for criterion in rubric.criteria
    )


def _score(criterion: Criterion, tests: list[TestResult], awaited: int) -> CriterionResult:
    if criterion.kind == "ta":
        return _result(criterion, Verdict.NEEDS_REVIEW, 0.0, message="A member of your course staff marks this.")
    if len(tests) < awaited:
        return _result(criterion, Verdict.NOT_RUN, 0.0, message="Not run yet: grading has not ended.")
    if not tests:
        return _result(criterion, Verdict.GRADER_ERROR, 0.0, message=OUR_FAULT)
    telling = min(_decisive(criterion, tests), key=lambda test: (SEVERITY.index(test.verdict), not test.hint))
    verdict = telling.verdict
    hint = telling.hint or ("" if verdict in _NO_HINT else criterion.feedback)
    return _result(
        criterion,
        verdict,
        _points(criterion, verdict, tests),
        message=telling.message,
        hint=hint,
        mistake=telling.mistake,
        error_map=telling.error_map,
        curves=telling.curves or next((test.curves for test in reversed(tests) if test.curves), ()),
        patterns=telling.patterns or next((test.patterns for test in reversed(tests) if test.patterns), ()),
        tests=tuple(tests),
    )


def _decisive(criterion: Criterion, tests: list[TestResult]) -> list[TestResult]:
    """The tests that the verdict is taken from.

    One failed test settles a criterion that asks for all of them. A fraction is not settled while a test is not:
    counting that one as failed would let our fault cost the student points.
    """
    open_ones = [test for test in tests if test.verdict.pending]
    return open_ones if open_ones and criterion.pays == "fraction" else tests


def _points(criterion: Criterion, verdict: Verdict, tests: list[TestResult]) -> float:
    if verdict is Verdict.PASS:
        return criterion.points
    if criterion.pays == "fraction" and not verdict.pending:
        return round(criterion.points * sum(test.credit for test in tests) / len(tests), 2)
    return 0.0


def _result(criterion: Criterion, verdict: Verdict, points: float, **rest: object) -> CriterionResult:
    return CriterionResult.model_validate(
        {
            "id": criterion.id,
            "question": criterion.question,
            "title": criterion.title,
            "kind": criterion.kind,
            "points": criterion.points,
            "score": points,
            "verdict": verdict,
            "visibility": criterion.visibility,
            **rest,
        }
    )
