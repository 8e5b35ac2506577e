"""A result of ours in the shape of otter's: a test file for each question, a test case for each criterion."""

from __future__ import annotations

from itertools import groupby

from otter.test_files import GradingResults, TestCase
from otter.test_files.abstract_test import TestCaseResult
from otter.test_files.exception_test import ExceptionTestFile

from autograder.grading.result import CriterionResult, Result
from autograder.report.gradescope import gradescope_results

UNSEEN = ("hidden", "after_due_date")
"""Visibilities that otter does not know: the text of such a criterion is left out."""


def replace_results(results: GradingResults, result: Result) -> None:
    """Put `result` in the place of all that otter found; criteria that a TA decides are left out.

    Raises ValueError for a result without criteria that is no rejection: there is nothing to tell then.
    """
    criteria = [criterion for criterion in result.criteria if criterion.kind == "tests"]
    if result.status not in ("graded", "rejected") or not criteria:
        raise ValueError(f"the submission was not graded ({result.status}): {result.message} {result.environment.detail}")
    texts = [entry["output"] for entry in gradescope_results(result, include_ta=False)["tests"]]
    told = list(zip(criteria, texts, strict=True))
    results.results = {
        question: _test_file(question, list(group)) for question, group in groupby(told, lambda one: one[0].question)
    }
    results._catastrophic_error = None
    results.set_output(gradescope_results(result, include_ta=False)["output"])


def without_a_result(results: GradingResults, message: str) -> None:
    """No points of those that otter's stubs are worth, and why."""
    case = TestCase("grading", "", False, results.possible or 1, None, None)
    whole = ExceptionTestFile("grading", "", [case], all_or_nothing=False)
    whole.test_case_results = [TestCaseResult(case, message, passed=False)]
    results.results = {"grading": whole}
    results._catastrophic_error = None
    results.set_output(message)


def _test_file(question: str, told: list[tuple[CriterionResult, str]]) -> ExceptionTestFile:
    cases = [TestCase(c.title, "", c.visibility != "visible", c.points, None, None) for c, _ in told]
    made = ExceptionTestFile(question, "", cases, all_or_nothing=False)
    made.test_case_results = [
        TestCaseResult(case, "" if c.visibility in UNSEEN else text, passed=c.score >= c.points)
        for case, (c, text) in zip(cases, told, strict=True)
    ]
    made.update_score(round(sum(c.score for c, _ in told), 6))
    return made
