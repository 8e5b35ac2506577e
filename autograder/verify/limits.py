"""Do the limits of time let right answers through, and is what they stop slow enough to be stopped anywhere?"""

from __future__ import annotations

from autograder.course.findings import Findings
from autograder.course.verdict import Verdict
from autograder.grading.limits import MARGIN, MEASURED
from autograder.verify.evidence import Evidence, Run
from autograder.verify.run import MORE_TIME

_UNDECIDED = (Verdict.INCONCLUSIVE, Verdict.GRADER_ERROR)


def limit_too_tight(evidence: Evidence, findings: Findings) -> None:
    """A limit that `assignment.yaml` fixes leaves right answers twice the time they took here."""
    measured, limits = evidence.measured, evidence.limits
    fixed = evidence.loaded.assignment.limits.model_fields_set
    for name in MEASURED if measured is not None else ():
        if not evidence.complete and name not in fixed:
            continue  # part of a run has the limits that the last whole one measured
        took, allowed = getattr(measured, name), getattr(limits, name)
        if MARGIN * took > allowed:
            fact = f"{name} is {allowed:g}, and a right answer took {took:.2f} s here."
            step = "Raise it, or leave it out: then it is measured."
            findings.add(f"assignments/{evidence.loaded.slug}/assignment.yaml", None, fact, step)


def verdict_depends_on_the_limit(evidence: Evidence, findings: Findings) -> None:
    """What ran out of time is lost too with half as much more: a faster machine would not change the score."""
    for run in evidence.runs:
        again = evidence.with_more_time.get(run.subject)
        if again is None:
            continue
        for criterion, verdict in Run(run.subject, again).verdicts.items():
            before = run.verdicts[criterion]
            passes = Verdict.PASS in (before, verdict)
            if passes and verdict is not before and verdict not in _UNDECIDED and before not in _UNDECIDED:
                fact = f"{criterion} ends with {before}, and with {verdict} when it has {MORE_TIME:g} times the time."
                step = "It is too near the limit: make its inputs larger or smaller, or fix limits in assignment.yaml."
                findings.add(evidence.file(run), None, fact, step)
