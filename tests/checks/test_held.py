"""A child that keeps its memory is tried first, and only a MEMORY in it is tried again."""

from __future__ import annotations

import pytest

from autograder.checks.held import held_first
from autograder.course.verdict import Verdict
from autograder.sandbox.faults import StudentFault


def outcome(*verdicts: Verdict) -> tuple[list[bool], object]:
    """What was tried, and how it ended, where the n-th trial ends with the n-th verdict."""
    tried: list[bool] = []

    def measure(held: bool) -> str:
        tried.append(held)
        verdict = verdicts[len(tried) - 1]
        if verdict is not Verdict.PASS:
            raise StudentFault(verdict, "told")
        return "measured"

    try:
        return tried, held_first(measure)
    except StudentFault as fault:
        return tried, fault.verdict


@pytest.mark.parametrize(
    ("verdicts", "tried", "ended"),
    [
        ([Verdict.PASS], [True], "measured"),
        ([Verdict.MEMORY, Verdict.PASS], [True, False], "measured"),
        ([Verdict.MEMORY, Verdict.MEMORY], [True, False], Verdict.MEMORY),
        ([Verdict.MEMORY, Verdict.TIMEOUT], [True, False], Verdict.TIMEOUT),
        ([Verdict.TIMEOUT], [True], Verdict.TIMEOUT),
    ],
)
def test_what_is_tried(verdicts, tried, ended):
    assert outcome(*verdicts) == (tried, ended)
