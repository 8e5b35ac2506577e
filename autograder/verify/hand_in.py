"""Grade a subject as if a student had handed it in."""

from __future__ import annotations

from autograder.grading.accepted import SOLUTION, hand_in
from autograder.grading.attempts import Given
from autograder.grading.bench import Bench
from autograder.grading.intake import Submission
from autograder.grading.result import Result
from autograder.verify.reuse import REUSABLE, Baseline, unchanged
from autograder.verify.subjects import Subject


def grade_subject(
    bench: Bench, subject: Subject, baseline: Baseline | None = None, given: Given | None = None
) -> tuple[Result, frozenset[str]]:
    """The result of `subject`, and the names of the tests that were not run on it.

    Their outcome is the one that is `given`, or else the baseline's, where that has the same seed and runs the same code.
    """
    bench.seed = subject.seed
    if subject.kind == "template":
        return bench.grade(bench.loaded.paths.student, identifier="template"), frozenset()
    submission = hand_in(bench, subject.id)
    given = given or _given(bench, subject, submission, baseline)
    result = bench.grade_read(submission, given=given)
    if given is not None and bench.left_out:
        given = None  # it fails wherever anything is asked of it
        result = bench.grade_read(submission)
    return result, frozenset(test.name for tests in (given.outcomes if given else {}).values() for test in tests)


def _given(bench: Bench, subject: Subject, submission: Submission, baseline: Baseline | None) -> Given | None:
    if baseline is None or subject.kind not in REUSABLE or baseline.result.environment.seed != subject.seed:
        return None
    if submission.artifacts != hand_in(bench, SOLUTION).artifacts:
        return None
    return unchanged(baseline, bench.reference_source, submission.cells[0].source)
