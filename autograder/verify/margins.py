"""How far measured costs are from their thresholds: a machine that is busier must not turn a verdict around."""

from __future__ import annotations

import math
from collections.abc import Iterator

from autograder.course.findings import Findings
from autograder.course.verdict import Verdict
from autograder.grading.result import Curve, Speedup
from autograder.verify.evidence import Evidence, Run

MARGIN = 1.25
"""What passes is better by this factor, what fails is worse. Decisions at this distance err in less than 1 of 100."""


def accepted_near_a_threshold(evidence: Evidence, findings: Findings) -> None:
    """The solution and the correct variants stay clear of every threshold that they pass."""
    for runs in _of_one_subject(evidence.of("solution", "correct")):
        nearest: dict[str, tuple[float, str]] = {}
        for run in runs:
            for criterion, verdict, distance, what in _distances(run):
                if verdict is Verdict.PASS and distance < MARGIN:
                    nearest[what] = min(nearest.get(what, (math.inf, "")), (distance, criterion))
        for what, (distance, criterion) in nearest.items():
            fact = f"it passes {criterion} by a factor of {distance:.2f} only: {what}."
            step = f"Loosen the threshold, or make the inputs larger: {MARGIN:g} keeps noise out of the verdict."
            findings.add(evidence.file(runs[0]), None, fact, step)


def slow_near_a_threshold(evidence: Evidence, findings: Findings) -> None:
    """What is known to be too slow, or to grow too fast, misses its threshold clearly, in every session."""
    for runs in _of_one_subject(evidence.of("slow", "mistakes", "hostile")):
        nearest: dict[str, tuple[float, str]] = {}
        for run in runs:
            for criterion, verdict, distance, what in _distances(run):
                if verdict is Verdict.FAIL and criterion in evidence.known_of(run).loses and MARGIN > 1 / distance > 1:
                    nearest[what] = min(nearest.get(what, (math.inf, "")), (1 / distance, criterion))
        for what, (distance, criterion) in nearest.items():
            fact = f"it fails {criterion} by a factor of {distance:.2f} only: {what}."
            findings.add(evidence.file(runs[0]), None, fact, "Tighten the threshold, or make the inputs larger.")


def _of_one_subject(runs: list[Run]) -> list[list[Run]]:
    """Runs of one subject under several seeds, together."""
    return [[run for run in runs if run.subject.id == name] for name in dict.fromkeys(r.subject.id for r in runs)]


def _distances(run: Run) -> Iterator[tuple[str, Verdict, float, str]]:
    """(criterion, verdict of the test, factor by which it is better than asked, what was asked) of all measurements."""
    for criterion in run.result.criteria:
        for test in criterion.tests:
            if test.speedup is not None:
                speed: Speedup = test.speedup
                yield criterion.id, test.verdict, speed.measured / speed.asked, f"a speedup of {speed.asked:g} is asked"
            for curve in test.curves:
                distance = growth_distance(curve)
                if distance is not None:
                    what = f"{curve.quantity} may grow like N^{curve.allowed:g}"
                    yield criterion.id, test.verdict, distance, what


def growth_distance(curve: Curve) -> float | None:
    """By how much the cost at the largest size is below what the allowed exponent makes of that at the smallest."""
    points, found = curve.submission.points, curve.submission.exponent
    if curve.allowed is None or found is None or len(points) < 2:
        return None
    return float((points[-1][0] / points[0][0]) ** (curve.allowed - found))
