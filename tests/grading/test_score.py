"""From outcomes of tests to verdicts, points, messages and hints."""

from __future__ import annotations

from itertools import permutations

import pytest

from autograder.course.models import Criterion, Rubric
from autograder.course.verdict import SEVERITY, Verdict
from autograder.grading.plugin import OUR_FAULT
from autograder.grading.result import CriterionResult, TestResult
from autograder.grading.score import score

V = Verdict


def outcome(verdict: Verdict, **fields: object) -> TestResult:
    name = str(fields.pop("name", f"test_q.py::test_{verdict.lower()}"))
    given = {"credit": 1.0 if verdict is V.PASS else 0.0, "message": f"It ended with {verdict}.", **fields}
    return TestResult.model_validate({"name": name, "title": "What holds", "verdict": verdict, **given})


def scored(*tests: TestResult, **criterion: object) -> CriterionResult:
    """The result of one criterion of 10 points."""
    fields = {"id": "q.values", "question": "q", "title": "Values", "points": 10, **criterion}
    rubric = Rubric(assignment="x", points=10, criteria=(Criterion.model_validate(fields),))
    (result,) = score(rubric, {"q.values": list(tests)} if tests else {})
    return result


@pytest.mark.parametrize(
    ("verdicts", "verdict", "points"),
    [
        ([V.PASS], V.PASS, 10),
        ([V.PASS, V.PASS], V.PASS, 10),
        ([V.PASS, V.FAIL], V.FAIL, 0),
        ([V.PASS, V.UNSTABLE], V.UNSTABLE, 0),
        ([V.UNSTABLE, V.FAIL], V.FAIL, 0),
        ([V.PASS, V.NOT_ATTEMPTED], V.NOT_ATTEMPTED, 0),
        ([V.NOT_ATTEMPTED, V.FAIL], V.FAIL, 0),
        ([V.FAIL, V.TIMEOUT], V.TIMEOUT, 0),
        ([V.TIMEOUT, V.CRASH], V.CRASH, 0),
        ([V.CRASH, V.SKIPPED], V.CRASH, 0),
        ([V.MEMORY, V.FORBIDDEN], V.FORBIDDEN, 0),
        ([V.PASS, V.SKIPPED], V.SKIPPED, 0),
        ([V.PASS, V.INCONCLUSIVE], V.INCONCLUSIVE, 0),
        ([V.PASS, V.GRADER_ERROR], V.GRADER_ERROR, 0),
        ([V.INCONCLUSIVE, V.GRADER_ERROR], V.GRADER_ERROR, 0),
        # A fault that is certain settles a criterion that asks for every test, whatever the grader did besides.
        ([V.FAIL, V.GRADER_ERROR], V.FAIL, 0),
        ([V.FAIL, V.INCONCLUSIVE], V.FAIL, 0),
    ],
)
def test_all_pays_when_every_test_passes(verdicts: list[Verdict], verdict: Verdict, points: float) -> None:
    for order in permutations(verdicts):
        result = scored(*map(outcome, order))
        assert (result.verdict, result.score) == (verdict, points)
        assert result.message == f"It ended with {verdict}."


@pytest.mark.parametrize("pays", ["all", "fraction"])
@pytest.mark.parametrize("verdict", [v for v in Verdict if v is not V.PASS])
def test_only_a_pass_earns_points_without_credit(pays: str, verdict: Verdict) -> None:
    result = scored(outcome(verdict), pays=pays)
    assert (result.verdict, result.score) == (verdict, 0)


def test_every_verdict_has_its_place_in_the_order() -> None:
    assert sorted(SEVERITY) == sorted(Verdict)


@pytest.mark.parametrize(
    ("tests", "verdict", "points"),
    [
        ([outcome(V.PASS), outcome(V.FAIL)], V.FAIL, 5),
        ([outcome(V.PASS), outcome(V.PASS), outcome(V.TIMEOUT)], V.TIMEOUT, 6.67),
        ([outcome(V.FAIL, credit=0.65)], V.FAIL, 6.5),
        ([outcome(V.PASS), outcome(V.FAIL, credit=0.5)], V.FAIL, 7.5),
        ([outcome(V.PASS), outcome(V.PASS)], V.PASS, 10),
        ([outcome(V.PASS), outcome(V.SKIPPED)], V.SKIPPED, 5),
    ],
)
def test_a_fraction_is_the_mean_credit(tests: list[TestResult], verdict: Verdict, points: float) -> None:
    result = scored(*tests, pays="fraction")
    assert (result.verdict, result.score) == (verdict, points)


@pytest.mark.parametrize("doubt", [V.GRADER_ERROR, V.INCONCLUSIVE])
def test_a_fraction_stays_open_while_one_of_its_tests_is(doubt: Verdict) -> None:
    """Counting the undecided test as lost would let the grader's fault cost points."""
    result = scored(outcome(V.PASS), outcome(V.FAIL), outcome(doubt), pays="fraction")
    assert (result.verdict, result.score, result.message) == (doubt, 0, f"It ended with {doubt}.")
    assert result.verdict.pending
    assert len(result.tests) == 3


def test_credit_means_nothing_where_all_is_asked() -> None:
    assert scored(outcome(V.FAIL, credit=0.65)).score == 0


def test_a_criterion_without_outcomes_is_our_fault() -> None:
    result = scored()
    assert (result.verdict, result.score, result.message, result.hint) == (V.GRADER_ERROR, 0, OUR_FAULT, "")


def test_a_ta_marks_what_no_test_decides() -> None:
    result = scored(kind="ta")
    assert (result.verdict, result.score) == (V.NEEDS_REVIEW, 0)
    assert result.message == "A member of your course staff marks this."


def test_pending_verdicts() -> None:
    assert {v for v in Verdict if v.pending} == {V.NEEDS_REVIEW, V.INCONCLUSIVE, V.GRADER_ERROR, V.NOT_RUN}


# --- which hint is shown


def test_the_mistake_that_explains_comes_with_its_hint_message_and_name() -> None:
    explained = outcome(V.FAIL, hint="Which axis?", mistake="wrong_axis", message="off by much")
    for tests in ([outcome(V.FAIL), explained], [explained, outcome(V.FAIL)]):
        result = scored(*tests, feedback="Compare the columns.")
        assert (result.message, result.hint, result.mistake) == ("off by much", "Which axis?", "wrong_axis")


def test_a_hint_of_a_lesser_verdict_is_not_shown_for_a_worse_one() -> None:
    result = scored(outcome(V.UNSTABLE, hint="Large numbers?", mistake="naive"), outcome(V.FAIL), feedback="Compare.")
    assert (result.verdict, result.hint, result.mistake) == (V.FAIL, "Compare.", None)


@pytest.mark.parametrize("verdict", [V.FAIL, V.UNSTABLE, V.TIMEOUT, V.MEMORY, V.CRASH, V.OUTPUT_LIMIT, V.FORBIDDEN])
def test_the_rubrics_feedback_where_nothing_explains(verdict: Verdict) -> None:
    assert scored(outcome(verdict), feedback="Compare the columns.").hint == "Compare the columns."


@pytest.mark.parametrize("verdict", [V.PASS, V.NOT_ATTEMPTED, V.SKIPPED, V.GRADER_ERROR, V.INCONCLUSIVE])
def test_no_feedback_where_the_work_was_not_found_wrong(verdict: Verdict) -> None:
    assert scored(outcome(verdict), feedback="Compare the columns.").hint == ""


def test_the_results_stand_in_the_rubrics_order() -> None:
    criteria = tuple(
        Criterion(id=f"q.{name}", question="q", title=name, points=points, visibility="hidden")
        for name, points in (("z", 7), ("a", 3))
    )
    rubric = Rubric(assignment="x", points=10, criteria=criteria)
    results = score(rubric, {"q.a": [outcome(V.PASS)], "q.unknown": [outcome(V.FAIL)], "q.z": [outcome(V.FAIL)]})
    assert [(r.id, r.points, r.score, r.visibility) for r in results] == [
        ("q.z", 7, 0, "hidden"),
        ("q.a", 3, 3, "hidden"),
    ]
