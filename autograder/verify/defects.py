"""One small function a defect of an assignment. Each looks at the evidence and adds what it finds."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.course.findings import Findings
from autograder.course.verdict import Verdict
from autograder.verify.evidence import WRONG, Check, Evidence, Run
from autograder.verify.limits import limit_too_tight, verdict_depends_on_the_limit
from autograder.verify.margins import accepted_near_a_threshold, slow_near_a_threshold
from autograder.verify.subjects import expected_losses
from autograder.verify.tolerances import tolerance_passes_a_lower_precision


def the_grader_failed(evidence: Evidence, findings: Findings) -> None:
    """A run that ended in the grader's own fault proves nothing."""
    for run in evidence.runs:
        result = run.result
        if result.status == "graded":
            continue
        if run.subject.kind == "template" and not evidence.loaded.paths.student.is_dir():
            findings.add(evidence.file(run), None, "there is no release.", f"Run `gradus release {result.assignment}`.")
        else:
            why = f"{result.message} {result.environment.detail}".strip()
            findings.add(evidence.file(run), None, f"it was not graded: {result.status}: {why}")


def hidden_test_fails_by_itself(evidence: Evidence, findings: Findings) -> None:
    """A hidden test ends in a verdict on the submission, whatever the submission does."""
    seen: dict[tuple[str, str], list[Run]] = {}
    for run in evidence.runs:
        for criterion in run.result.criteria:
            for test in criterion.tests:
                if test.verdict is Verdict.GRADER_ERROR:
                    last = (test.detail.strip().splitlines() or ["no detail"])[-1]
                    seen.setdefault((test.name, last), []).append(run)
    for (name, last), runs in seen.items():
        file, _, function = name.partition("::")
        fact = f"{function} fails by itself with {_names(runs)}: {last.rstrip('.')}."
        findings.add(_hidden(evidence, file), None, fact, "Correct the test: what it says of them counts for nothing.")


def criterion_without_outcome(evidence: Evidence, findings: Findings) -> None:
    """Some hidden test ran for every criterion that tests decide."""
    missing = {
        criterion.id
        for run in evidence.runs
        for criterion in run.result.criteria
        if criterion.kind == "tests" and not criterion.tests
    }
    for criterion_id in sorted(missing):
        fact = f"no hidden test ran for {criterion_id}."
        findings.add(f"rubrics/{evidence.loaded.slug}.yaml", None, fact, "See that pytest collects the one you wrote.")


def solution_below_full_marks(evidence: Evidence, findings: Findings) -> None:
    """The answer key passes every criterion, with every seed."""
    for runs in _by_subject(evidence.of("solution")):
        for lost in _not_passed(runs):
            fact = f"the solution does not pass {lost}"
            findings.add(evidence.file(runs[0]), None, fact, "Correct the solution or the test.")


def template_not_empty(evidence: Evidence, findings: Findings) -> None:
    """What students start from earns nothing, and every criterion says that nothing was attempted."""
    for run in evidence.of("template"):
        if run.result.score > 0:
            fact = f"the template earns {run.result.score:g} points."
            findings.add(evidence.file(run), None, fact, "A test passes without an answer.")
        for criterion, verdict in run.verdicts.items():
            if verdict not in (Verdict.NOT_ATTEMPTED, Verdict.GRADER_ERROR):
                fact = f"the template ends {criterion} with {verdict}, not NOT_ATTEMPTED."
                step = "The test decides before it calls the student's code, or the stub does more than raise."
                findings.add(evidence.file(run), None, fact, step)


def variant_loses(evidence: Evidence, findings: Findings) -> None:
    """A correct submission, however it is written, passes every criterion, with every seed."""
    for runs in _by_subject(evidence.of("correct")):
        for lost in _not_passed(runs):
            fact = f"the correct variant does not pass {lost}"
            step = "The test fails correct work: it relies on something the notebook does not ask for."
            findings.add(evidence.file(runs[0]), None, fact, step)


def mistake_not_caught(evidence: Evidence, findings: Findings) -> None:
    """A submission that is known to be wrong loses every criterion it says."""
    for run in evidence.of(*WRONG):
        for criterion in evidence.known_of(run).loses:
            if run.verdicts.get(criterion) is Verdict.PASS:
                fact = f"it is not caught: it passes {criterion}."
                findings.add(evidence.file(run), None, fact, "Write a hidden test that it fails.")


def mistake_ends_otherwise(evidence: Evidence, findings: Findings) -> None:
    """What it loses, it loses with the verdict that it says, and never for want of a decision."""
    for run in evidence.of(*WRONG):
        for criterion, wanted in expected_losses(evidence.known_of(run)).items():
            verdict = run.verdicts.get(criterion)
            if verdict in (None, wanted, Verdict.PASS, Verdict.GRADER_ERROR):
                continue
            if wanted is not None:
                fact = f"{criterion} ends with {verdict}, where {wanted} is expected: {_message(run, criterion)}"
                findings.add(evidence.file(run), None, fact, 'Correct the test, or say "verdict: …".')
            elif verdict is Verdict.INCONCLUSIVE:
                fact = f"{criterion} could not be decided."
                findings.add(evidence.file(run), None, fact, "Widen its distance from the threshold.")


def mistake_loses_more(evidence: Evidence, findings: Findings) -> None:
    """A submission that is known to be wrong loses no criterion that it does not say."""
    for run in evidence.of(*WRONG):
        loses = evidence.known_of(run).loses
        for criterion, verdict in run.verdicts.items():
            if criterion not in loses and verdict not in (Verdict.PASS, Verdict.GRADER_ERROR):
                fact = f"it also loses {criterion} ({verdict}): {_message(run, criterion)}"
                findings.add(evidence.file(run), None, fact, 'Narrow the test, or add the criterion to "loses:".')


def test_that_nobody_fails(evidence: Evidence, findings: Findings) -> None:
    """Every hidden test is failed by some submission that runs and is wrong."""
    if not evidence.complete:
        return
    decided: dict[str, str] = {}
    settled: set[str] = set()
    for run in evidence.runs:
        for criterion in run.result.criteria:
            for test in criterion.tests:
                decided[test.name] = criterion.id
                if test.verdict is Verdict.GRADER_ERROR or _tells(run, test.verdict):
                    settled.add(test.name)
    for name in sorted(decided.keys() - settled):
        file, _, function = name.partition("::")
        fact = f"no mistake fails {function} ({decided[name]})."
        findings.add(_hidden(evidence, file), None, fact, "Add one to submissions/mistakes/, or drop the test.")


def seeds_disagree(evidence: Evidence, findings: Findings) -> None:
    """The same correct code has the same outcome whatever was drawn."""
    for runs in _by_subject(evidence.of("solution", "correct")):
        for criterion in runs[0].verdicts:
            verdicts = {run.subject.seed: run.verdicts.get(criterion) for run in runs}
            if len(set(verdicts.values())) > 1:
                told = ", ".join(f"seed {seed}: {verdict}" for seed, verdict in verdicts.items())
                fact = f"{criterion} depends on the seed ({told})."
                findings.add(evidence.file(runs[0]), None, fact, "Repeat it with --seed.")


CHECKS: tuple[Check, ...] = (
    the_grader_failed,
    hidden_test_fails_by_itself,
    criterion_without_outcome,
    solution_below_full_marks,
    template_not_empty,
    variant_loses,
    mistake_not_caught,
    mistake_ends_otherwise,
    mistake_loses_more,
    test_that_nobody_fails,
    seeds_disagree,
    accepted_near_a_threshold,
    slow_near_a_threshold,
    tolerance_passes_a_lower_precision,
    limit_too_tight,
    verdict_depends_on_the_limit,
)


def _tells(run: Run, verdict: Verdict) -> bool:
    """Whether this outcome shows that the test can fail. Code that dies before it answers fails any test."""
    if run.subject.kind == "hostile":
        return verdict is Verdict.FORBIDDEN
    stopped = (Verdict.TIMEOUT, Verdict.MEMORY, Verdict.OUTPUT_LIMIT)
    return run.subject.kind in WRONG and verdict in (Verdict.FAIL, Verdict.UNSTABLE, Verdict.FORBIDDEN, *stopped)


def _by_subject(runs: Iterable[Run]) -> list[list[Run]]:
    """Runs of one subject under several seeds, together."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        if run.result.status == "graded":
            found.setdefault(run.subject.id, []).append(run)
    return list(found.values())


def _not_passed(runs: list[Run]) -> list[str]:
    """`cell.values (FAIL with seed 3, 4): …` for every criterion and verdict that is not PASS; one message of several.

    What ended in the grader's own error is told once, of the test.
    """
    seeds: dict[tuple[str, Verdict], list[Run]] = {}
    for run in runs:
        for criterion, verdict in run.verdicts.items():
            if verdict not in (Verdict.PASS, Verdict.GRADER_ERROR):
                seeds.setdefault((criterion, verdict), []).append(run)
    return [
        f"{criterion} ({verdict} with seed {', '.join(str(run.subject.seed) for run in lost)}): "
        f"{_message(lost[0], criterion)}"
        for (criterion, verdict), lost in seeds.items()
    ]


def _message(run: Run, criterion: str) -> str:
    return next(c.message for c in run.result.criteria if c.id == criterion)


def _names(runs: list[Run]) -> str:
    """`solution, correct/loop and 3 more`."""
    names = list(dict.fromkeys(run.subject.id for run in runs))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _hidden(evidence: Evidence, file: str) -> str:
    return f"assignments/{evidence.loaded.slug}/tests/hidden/{file}"
