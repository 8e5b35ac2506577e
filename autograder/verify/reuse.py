"""Which outcomes of the answer key hold for a submission as they are, because the tests would run the same code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from autograder.course.behind import code_behind
from autograder.course.verdict import Verdict
from autograder.grading.attempts import Given
from autograder.grading.result import Result, TestResult

REUSABLE = ("mistakes", "slow", "unstable")
"""Kinds of submissions whose changes are what they seem: a hostile one may reach what it does not name."""


@dataclass(frozen=True)
class Baseline:
    """The answer key under one seed."""

    result: Result
    asked: Mapping[str, frozenset[str]]
    """Hidden test → the top-level names that it asks for."""


def unchanged(baseline: Baseline, solution: str, submission: str) -> Given | None:
    """The outcomes of tests that ask only for names with the same code behind them; None when there are none.

    `solution` and `submission` are sources. A test that asks for nothing, or that the answer key does not pass, is run.
    """
    before, now = code_behind(solution), code_behind(submission)
    same = {name for name, digest in before.items() if now.get(name) == digest}
    given: dict[str, list[TestResult]] = {}
    rest: set[str] = set()
    for criterion in baseline.result.criteria:
        for test in criterion.tests:
            asked = baseline.asked.get(test.name, frozenset())
            if asked and asked <= same and test.verdict is Verdict.PASS:
                given.setdefault(criterion.id, []).append(test)
            else:
                rest.add(test.name)
    return Given(given, frozenset(rest)) if given and rest else None


def timed_again(result: Result) -> Given | None:
    """All outcomes of a submission but the timings that it lost: another seed is another session of these.

    None when it lost none by a timing: what is counted comes out the same every time.
    """
    return _all_but(lambda test: test.speedup is not None and test.verdict is Verdict.FAIL, result)


def undecided_again(result: Result) -> Given | None:
    """All outcomes of a submission but those that could not be decided; None when every one could."""
    return _all_but(lambda test: test.verdict is Verdict.INCONCLUSIVE, result)


def late_again(result: Result) -> Given | None:
    """All outcomes of a submission but those that ran out of time, or were not run for that; None when none was late."""
    late = any(test.verdict is Verdict.TIMEOUT for criterion in result.criteria for test in criterion.tests)
    return _all_but(lambda test: test.verdict in (Verdict.TIMEOUT, Verdict.SKIPPED), result) if late else None


def costs_known(result: Result) -> Given | None:
    """The outcomes that another seed does not change: how costs grow, where that passes. None when there are none."""
    given = _all_but(lambda test: test.verdict is not Verdict.PASS or not _grows(test), result)
    return given if given is not None and given.outcomes else None


def _grows(test: TestResult) -> bool:
    return any(curve.quantity != "error" for curve in test.curves)


def _all_but(asked: Callable[[TestResult], bool], result: Result) -> Given | None:
    tests = {criterion.id: criterion.tests for criterion in result.criteria}
    again = {test.name for some in tests.values() for test in some if asked(test)}
    known = {criterion: [test for test in some if test.name not in again] for criterion, some in tests.items()}
    return Given({criterion: some for criterion, some in known.items() if some}, frozenset(again)) if again else None
