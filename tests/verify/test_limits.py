"""What verify says of limits: too tight for right answers, or near enough to change a verdict."""

from __future__ import annotations

from dataclasses import replace

from autograder.course.findings import Findings
from autograder.course.models import Limits
from autograder.course.verdict import Verdict
from autograder.grading.limits import Measurement
from autograder.verify.limits import limit_too_tight, verdict_depends_on_the_limit
from tests.verify.made import evidence, run

TIMEOUT, PASS, FAIL = Verdict.TIMEOUT, Verdict.PASS, Verdict.FAIL
LIMITS = Limits(import_seconds=2, call_seconds=2, total_seconds=20)


def found(check: object, seen: object) -> list[str]:
    findings = Findings()
    check(seen, findings)  # type: ignore[operator]
    return [str(finding) for finding in findings.items]


def test_a_fixed_limit_that_leaves_too_little() -> None:
    took = Measurement(import_seconds=0.1, call_seconds=1.2, total_seconds=10.0, submissions=6)
    seen = replace(evidence(), limits=LIMITS, measured=took)
    assert found(limit_too_tight, seen) == [
        "assignments/scale/assignment.yaml: call_seconds is 2, and a right answer took 1.20 s here. "
        "Raise it, or leave it out: then it is measured."
    ]
    assert found(limit_too_tight, replace(seen, measured=None)) == []
    assert found(limit_too_tight, replace(seen, complete=False)) == []  # measured by the last whole run, and not fixed


def test_a_verdict_that_more_time_changes() -> None:
    slow = run("slow", "loops", {"affine.values": TIMEOUT})
    seen = evidence({"loops": slow})
    for verdict, told in ((TIMEOUT, 0), (PASS, 1), (FAIL, 0), (Verdict.GRADER_ERROR, 0), (Verdict.INCONCLUSIVE, 0)):
        again = {slow.subject: run("slow", "loops", {"affine.values": verdict}).result}
        assert len(found(verdict_depends_on_the_limit, replace(seen, with_more_time=again))) == told
    (finding,) = found(
        verdict_depends_on_the_limit,
        replace(seen, with_more_time={slow.subject: run("slow", "loops", {"affine.values": PASS}).result}),
    )
    assert "loops.py: affine.values ends with TIMEOUT, and with PASS when it has 1.5 times the time." in finding
