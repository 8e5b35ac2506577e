"""Margins: what is told of a threshold that the accepted or the slow come too near to."""

from __future__ import annotations

import pytest

from autograder.course.findings import Findings
from autograder.course.record import Curve, Line, Speedup
from autograder.course.verdict import Verdict
from autograder.grading.result import CriterionResult, TestResult
from autograder.verify.margins import accepted_near_a_threshold, growth_distance, slow_near_a_threshold

N = (512, 1024, 2048, 4096)


def curve(exponent: float, allowed: float | None = 1.2) -> Curve:
    line = Line(points=tuple((n, float(n)) for n in N), exponent=exponent)
    return Curve(quantity="memory", allowed=allowed, submission=line, reference=line)


class Evidence:
    """One run of one subject, as the checks see it."""

    def __init__(self, kind: str, verdict: Verdict, **measured: object) -> None:
        test = TestResult(name="t", title="t", verdict=verdict, **measured)
        fields = {"id": "q.cost", "question": "q", "title": "t", "kind": "tests", "points": 1, "score": 0}
        criterion = CriterionResult(**fields, verdict=verdict, tests=(test,))
        subject = type("Subject", (), {"id": f"{kind}/a", "kind": kind})
        result = type("Result", (), {"criteria": (criterion,)})
        self.run = type("Run", (), {"subject": subject, "result": result})
        self.kind = kind

    def of(self, *kinds: str) -> list[object]:
        return [self.run] if self.kind in kinds else []

    def known_of(self, run: object) -> object:
        return type("Known", (), {"loses": ("q.cost",)})

    def file(self, run: object) -> str:
        return "here"


def told(kind: str, verdict: Verdict, **measured: object) -> list[str]:
    findings = Findings()
    for check in (accepted_near_a_threshold, slow_near_a_threshold):
        check(Evidence(kind, verdict, **measured), findings)
    return [finding.message for finding in findings.items]


def test_the_distance_is_that_of_the_largest_cost():
    assert growth_distance(curve(0.2)) == pytest.approx(8.0)
    assert growth_distance(curve(2.2)) == pytest.approx(1 / 8)
    assert growth_distance(curve(1.0, None)) is None


@pytest.mark.parametrize(
    ("measured", "sentence"),
    [
        ({"speedup": Speedup(asked=2, measured=2.6)}, None),
        (
            {"speedup": Speedup(asked=2, measured=2.2)},
            "it passes q.cost by a factor of 1.10 only: a speedup of 2 is asked.",
        ),
        ({"curves": (curve(1.0),)}, None),
        ({"curves": (curve(1.15),)}, "it passes q.cost by a factor of 1.11 only: memory may grow like N^1.2."),
        ({"curves": (curve(1.19, None),)}, None),
    ],
)
@pytest.mark.parametrize("kind", ["solution", "correct"])
def test_what_passes_narrowly(kind, measured, sentence):
    assert told(kind, Verdict.PASS, **measured) == ([sentence] if sentence else [])


@pytest.mark.parametrize(
    ("measured", "sentence"),
    [
        ({"speedup": Speedup(asked=2, measured=1.5)}, None),
        (
            {"speedup": Speedup(asked=2, measured=1.8)},
            "it fails q.cost by a factor of 1.11 only: a speedup of 2 is asked.",
        ),
        ({"curves": (curve(1.9),)}, None),
        ({"curves": (curve(1.25),)}, "it fails q.cost by a factor of 1.11 only: memory may grow like N^1.2."),
        ({"curves": (curve(1.0), curve(1.9))}, None),  # of several quantities, the one that it fails by
    ],
)
def test_what_fails_narrowly(measured, sentence):
    assert told("slow", Verdict.FAIL, **measured) == ([sentence] if sentence else [])
    assert told("slow", Verdict.PASS, **measured) == []
