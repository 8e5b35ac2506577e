"""What is worth knowing of a sound assignment: notes, which are no defects.

A failure should name the misconception behind it. A mistake whose own failure is explained by nothing, or by another
mistake's hint, shows a place where it does not.
"""

from __future__ import annotations

from autograder.course.findings import Finding, Findings
from autograder.course.verdict import Verdict
from autograder.grading.result import CriterionResult
from autograder.verify.evidence import Check, Evidence, Run, found_by


def failure_without_a_hint(evidence: Evidence, notes: Findings) -> None:
    """A mistake with a hint, which loses without any hint being shown: not one of its failures names it."""
    for run in _explaining(evidence):
        lost = [criterion for criterion in _lost(evidence, run) if not _of_cost(criterion)]
        if lost and not any(test.hint for criterion in lost for test in criterion.tests):
            where = ", ".join(criterion.id for criterion in lost)
            fact = f"it loses {where}, and no hint is shown to a student who makes it."
            step = "Observe it with compare(…), or say explain=… in require(…)."
            notes.add(evidence.file(run), None, fact, step)


def failure_explained_by_another(evidence: Evidence, notes: Findings) -> None:
    """A mistake whose failure is taken for another one's, for their numbers are the same."""
    for run in _explaining(evidence):
        by: dict[str, list[str]] = {}
        for criterion in _lost(evidence, run):
            if criterion.mistake not in (None, run.subject.name):
                by.setdefault(str(criterion.mistake), []).append(criterion.id)
        for other, criteria in by.items():
            fact = f"where it loses {', '.join(criteria)}, the hint of {other} is shown: their numbers are the same."
            notes.add(evidence.file(run), None, fact, "See that both hints fit, or draw inputs that tell them apart.")


def undecided_at_first(evidence: Evidence, notes: Findings) -> None:
    """A test that could not decide while other submissions were graded beside: it was run again, alone."""
    for run in evidence.runs:
        tests = evidence.asked_again.get(run.subject)
        if tests:
            fact = f"{', '.join(sorted(tests))} could not decide while others were graded beside (seed {run.subject.seed})."
            step = "It was run again alone. Where you see this often, widen the distance from its limit."
            notes.add(evidence.file(run), None, fact, step)


NOTES: tuple[Check, ...] = (
    failure_without_a_hint,
    failure_explained_by_another,
    undecided_at_first,
)


def notes_on(evidence: Evidence) -> tuple[Finding, ...]:
    """Every note on what was seen."""
    return tuple(note for look in NOTES for note in found_by(look, evidence))


def _explaining(evidence: Evidence) -> list[Run]:
    """Runs of the submissions whose hints students may be shown."""
    return [run for run in evidence.of("mistakes", "unstable") if evidence.known_of(run).hint]


def _of_cost(criterion: CriterionResult) -> bool:
    """Whether costs decide it, which say what they are and are explained by no numbers of a mistake."""
    return all(
        test.speedup is not None or any(curve.quantity != "error" for curve in test.curves) for test in criterion.tests
    )


def _lost(evidence: Evidence, run: Run) -> list[CriterionResult]:
    loses = evidence.known_of(run).loses
    wrong = (Verdict.FAIL, Verdict.UNSTABLE)
    return [c for c in run.result.criteria if c.id in loses and c.verdict in wrong]
