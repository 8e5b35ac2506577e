"""Every check of verify finds its defect, in these words, and nothing in sound evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from autograder.course.findings import Findings
from autograder.course.known import KnownSubmission
from autograder.course.verdict import Verdict
from autograder.verify.defects import CHECKS
from autograder.verify.evidence import Check, Evidence, Run
from tests.verify.made import CRITERIA, FAIL, KNOWN, NOT_ATTEMPTED, criterion, evidence, known, outcome, run

V = Verdict
SOURCE = "assignments/scale/source.ipynb"
SUBMISSIONS = "assignments/scale/submissions"
HIDDEN = "assignments/scale/tests/hidden"


@dataclass(frozen=True)
class Case:
    """Evidence with one defect, and all that the check named says of it."""

    check: str
    title: str
    changed: dict[str, Run | None]
    findings: tuple[str, ...]
    known: tuple[KnownSubmission, ...] = KNOWN
    options: dict[str, Any] = field(default_factory=dict)


def broken(criterion_id: str, name: str, detail: str) -> dict[str, Any]:
    test = outcome(name, V.GRADER_ERROR, detail=detail)
    return {criterion_id: criterion(criterion_id, V.GRADER_ERROR, (test,))}


TRACE = "Traceback (most recent call last):\n  File …\nZeroDivisionError: division by zero\n"

COARSE = outcome("test_affine.py::test_values", V.PASS).model_copy(
    update={"overlaps": ("float32 may be off by 8e-03, and so on",) * 2}
)

CASES = (
    Case(
        "the_grader_failed",
        "a run without a result",
        {"loop": run("correct", "loop", status="grader_error", message="The grader could not run.", criteria=())},
        (f"{SUBMISSIONS}/correct/loop.py: it was not graded: grader_error: The grader could not run.",),
    ),
    Case(
        "the_grader_failed",
        "a template that cannot be read",
        {"template": run("template", "template", status="rejected", message="It is empty.", criteria=())},
        ("student_template/scale: it was not graded: rejected: It is empty.",),
        options={"released": True},
    ),
    Case(
        "the_grader_failed",
        "no release",
        {"template": run("template", "template", status="rejected", message="It is empty.", criteria=())},
        ("student_template/scale: there is no release. Run `gradus release scale`.",),
    ),
    Case(
        "hidden_test_fails_by_itself",
        "one test with one submission",
        {"loop": run("correct", "loop", broken("affine.values", "test_affine.py::test_values", TRACE))},
        (
            f"{HIDDEN}/test_affine.py: test_values fails by itself with correct/loop: ZeroDivisionError: division by "
            "zero. Correct the test: what it says of them counts for nothing.",
        ),
    ),
    Case(
        "hidden_test_fails_by_itself",
        "one test with many submissions is one finding, two reasons are two",
        {
            name: run(kind, name.partition(" ")[0], broken("affine.values", "test_affine.py::test_values", detail))
            for kind, name, detail in (
                ("solution", "solution", TRACE),
                ("correct", "loop", TRACE),
                ("correct", "loop 1", TRACE),
                ("mistakes", "in_place", TRACE),
                ("mistakes", "no_bias", TRACE),
                ("unstable", "naive", ""),
            )
        },
        (
            f"{HIDDEN}/test_affine.py: test_values fails by itself with solution, correct/loop, mistakes/in_place "
            "and 1 more: ZeroDivisionError: division by zero. "
            "Correct the test: what it says of them counts for nothing.",
            f"{HIDDEN}/test_affine.py: test_values fails by itself with unstable/naive: no detail. "
            "Correct the test: what it says of them counts for nothing.",
        ),
    ),
    Case(
        "criterion_without_outcome",
        "a criterion for which nothing ran",
        {
            name: run("solution", "solution", {"affine.values": criterion("affine.values", V.GRADER_ERROR, ())})
            for name in ("solution", "solution 1")
        },
        ("rubrics/scale.yaml: no hidden test ran for affine.values. See that pytest collects the one you wrote.",),
    ),
    Case(
        "solution_below_full_marks",
        "two criteria, one of them with every seed",
        {
            "solution": run("solution", "solution", {"affine.values": FAIL, "standardise.stable": V.INCONCLUSIVE}),
            "solution 1": run("solution", "solution", {"affine.values": FAIL}, seed=1),
        },
        (
            f"{SOURCE}: the solution does not pass standardise.stable (INCONCLUSIVE with seed 0): INCONCLUSIVE it is. "
            "Correct the solution or the test.",
            f"{SOURCE}: the solution does not pass affine.values (FAIL with seed 0, 1): FAIL it is. "
            "Correct the solution or the test.",
        ),
    ),
    Case(
        "template_not_empty",
        "points for nothing",
        {"template": run("template", "template", {**NOT_ATTEMPTED, "affine.values": V.PASS})},
        (
            "student_template/scale: the template earns 20 points. A test passes without an answer.",
            "student_template/scale: the template ends affine.values with PASS, not NOT_ATTEMPTED. "
            "The test decides before it calls the student's code, or the stub does more than raise.",
        ),
    ),
    Case(
        "template_not_empty",
        "a stub that ends the process",
        {"template": run("template", "template", {**NOT_ATTEMPTED, "affine.values": V.CRASH})},
        (
            "student_template/scale: the template ends affine.values with CRASH, not NOT_ATTEMPTED. "
            "The test decides before it calls the student's code, or the stub does more than raise.",
        ),
    ),
    Case(
        "variant_loses",
        "a right answer that is failed",
        {"loop 1": run("correct", "loop", {"affine.values": FAIL}, seed=1)},
        (
            f"{SUBMISSIONS}/correct/loop.py: the correct variant does not pass affine.values (FAIL with seed 1): "
            "FAIL it is. The test fails correct work: it relies on something the notebook does not ask for.",
        ),
    ),
    Case(
        "mistake_not_caught",
        "one of two criteria is kept",
        {"no_bias": run("mistakes", "no_bias", {"affine.values": FAIL})},
        (
            f"{SUBMISSIONS}/mistakes/no_bias.py: it is not caught: it passes affine.gradients. "
            "Write a hidden test that it fails.",
        ),
    ),
    Case(
        "mistake_not_caught",
        "an attack that passes",
        {"leaves": run("hostile", "leaves")},
        tuple(
            f"{SUBMISSIONS}/hostile/leaves.py: it is not caught: it passes {one}. Write a hidden test that it fails."
            for one in CRITERIA
        ),
    ),
    Case(
        "mistake_ends_otherwise",
        "unstable work that is wrong",
        {"naive": run("unstable", "naive", {"standardise.stable": FAIL})},
        (
            f"{SUBMISSIONS}/unstable/naive.py: standardise.stable ends with FAIL, where UNSTABLE is expected: "
            'FAIL it is. Correct the test, or say "verdict: …".',
        ),
    ),
    Case(
        "mistake_ends_otherwise",
        "another verdict than the docstring's",
        {"loops": run("slow", "loops", {"affine.values": V.MEMORY})},
        (
            f"{SUBMISSIONS}/slow/loops.py: affine.values ends with MEMORY, where TIMEOUT is expected: MEMORY it is. "
            'Correct the test, or say "verdict: …".',
        ),
        known=(*KNOWN[:4], known("slow", "loops", "affine.values", verdict=V.TIMEOUT), KNOWN[5]),
    ),
    Case(
        "mistake_ends_otherwise",
        "slow work that could not be decided",
        {"loops": run("slow", "loops", {"affine.values": V.INCONCLUSIVE})},
        (
            f"{SUBMISSIONS}/slow/loops.py: affine.values could not be decided. "
            "Widen its distance from the threshold.",
        ),
    ),
    Case(
        "mistake_loses_more",
        "a criterion that the docstring does not name",
        {"in_place": run("mistakes", "in_place", {"standardise.values": FAIL, "standardise.stable": V.UNSTABLE})},
        (
            f"{SUBMISSIONS}/mistakes/in_place.py: it also loses standardise.stable (UNSTABLE): UNSTABLE it is. "
            'Narrow the test, or add the criterion to "loses:".',
        ),
    ),
    Case(
        "test_that_nobody_fails",
        "one of two tests of a criterion",
        {
            "in_place": run("mistakes", "in_place", {
                "standardise.values": criterion("standardise.values", FAIL, (
                    outcome("test_standardise.py::test_values", V.PASS),
                    outcome("test_standardise.py::test_input_is_left_alone", FAIL),
                )),
            }),
        },
        (
            f"{HIDDEN}/test_standardise.py: no mistake fails test_values (standardise.values). "
            "Add one to submissions/mistakes/, or drop the test.",
        ),
    ),
    Case(
        "test_that_nobody_fails",
        "code that dies before it answers shows nothing of a test, nor does what could not be decided",
        {
            "in_place": run("mistakes", "in_place", {"standardise.values": V.CRASH}),
            "naive": run("unstable", "naive", {"standardise.stable": V.INCONCLUSIVE}),
            "loops": None,
            "no_bias": run("mistakes", "no_bias", {"affine.values": V.SKIPPED, "affine.gradients": V.NOT_ATTEMPTED}),
        },
        tuple(
            f"{HIDDEN}/{file}: no mistake fails {name} ({one}). Add one to submissions/mistakes/, or drop the test."
            for file, name, one in (
                ("test_affine.py", "test_gradients", "affine.gradients"),
                ("test_affine.py", "test_values", "affine.values"),
                ("test_standardise.py", "test_input_is_left_alone", "standardise.values"),
                ("test_standardise.py", "test_rows_far_from_zero", "standardise.stable"),
                ("test_standardise.py", "test_values", "standardise.values"),
            )
        ),
    ),
    Case(
        "seeds_disagree",
        "a variant with two outcomes",
        {"loop 1": run("correct", "loop", {"affine.values": FAIL}, seed=1)},
        (
            f"{SUBMISSIONS}/correct/loop.py: affine.values depends on the seed (seed 0: PASS, seed 1: FAIL). "
            "Repeat it with --seed.",
        ),
    ),
    Case(
        "seeds_disagree",
        "a solution with two outcomes",
        {"solution": run("solution", "solution", {"standardise.values": V.UNSTABLE})},
        (
            f"{SOURCE}: standardise.values depends on the seed (seed 0: UNSTABLE, seed 1: PASS). "
            "Repeat it with --seed.",
        ),
    ),
    Case(
        "tolerance_passes_a_lower_precision",
        "a comparison that half precision passes",
        {"solution": run("solution", "solution", {"affine.values": criterion("affine.values", V.PASS, (COARSE,))})},
        (
            f"{HIDDEN}/test_affine.py: test_values cannot tell a lower precision (seed 0): float32 may be off by 8e-03, and "
            "so on. Draw inputs away from jumps and cancellation: the reference itself errs much there.",
        ),
    ),
)  # fmt: skip


def findings_of(check: Check, seen: Evidence) -> list[str]:
    findings = Findings()
    check(seen, findings)
    return [str(finding) for finding in findings.items]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.check}-{case.title}".replace(" ", "_"))
def test_the_defect_is_found(case: Case, tiny: Path) -> None:
    (check,) = (check for check in CHECKS if check.__name__ == case.check)
    if case.options.get("released"):
        (tiny / "student_template" / "scale").mkdir(parents=True)
    assert findings_of(check, evidence(case.changed, known=case.known, course=tiny)) == list(case.findings)


def test_every_check_is_shown_to_find_something() -> None:
    elsewhere = {"limit_too_tight", "verdict_depends_on_the_limit"}  # test_limits.py
    elsewhere |= {"accepted_near_a_threshold", "slow_near_a_threshold"}  # test_margins.py
    assert {case.check for case in CASES} | elsewhere == {check.__name__ for check in CHECKS}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_sound_evidence_has_no_defect(check: Check) -> None:
    assert findings_of(check, evidence()) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_every_check_says_what_it_is_for(check: Check) -> None:
    assert (check.__doc__ or "").endswith(".")


@pytest.mark.parametrize("verdict", [V.FORBIDDEN, V.FAIL])
def test_an_attack_proves_a_rule_and_no_value(verdict: Verdict) -> None:
    """A forbidden call is what some tests are there for; zeros from an attack fail every test."""
    rule = run("hostile", "leaves", {"standardise.stable": verdict})
    seen = evidence({"naive": None, "leaves": rule})
    (check,) = (check for check in CHECKS if check.__name__ == "test_that_nobody_fails")
    assert bool(findings_of(check, seen)) is (verdict is V.FAIL)


def test_a_part_of_the_submissions_cannot_show_that_nobody_fails_a_test() -> None:
    (check,) = (check for check in CHECKS if check.__name__ == "test_that_nobody_fails")
    assert findings_of(check, evidence({"no_bias": None, "loops": None})) != []
    assert findings_of(check, evidence({"no_bias": None, "loops": None}, complete=False)) == []


def test_what_the_grader_failed_at_is_told_once() -> None:
    """Of a test that fails by itself with everyone, there is one finding and not one a submission."""
    ended = broken("affine.values", "test_affine.py::test_values", TRACE)
    changed: dict[str, Run | None] = {
        f"{one.subject.name} {one.subject.seed}" if one.subject.seed else one.subject.name: run(
            one.subject.kind,
            one.subject.name,
            {**{c.id: c for c in one.result.criteria}, **ended},
            seed=one.subject.seed,
        )
        for one in evidence().runs
    }
    said = [text for check in CHECKS for text in findings_of(check, evidence(changed))]
    assert [text.partition(":")[0] for text in said] == [f"{HIDDEN}/test_affine.py"]


def test_a_submission_that_was_not_graded_is_told_of_once() -> None:
    lost = run("mistakes", "no_bias", status="grader_error", message="The grader could not run.", criteria=())
    said = [text for check in CHECKS for text in findings_of(check, evidence({"no_bias": lost}))]
    assert said[0] == f"{SUBMISSIONS}/mistakes/no_bias.py: it was not graded: grader_error: The grader could not run."
    assert said[1:] == [  # nobody else fails this one
        f"{HIDDEN}/test_affine.py: no mistake fails test_gradients (affine.gradients). "
        "Add one to submissions/mistakes/, or drop the test."
    ]
