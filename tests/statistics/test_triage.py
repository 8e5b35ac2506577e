"""Failures grouped by behaviour, and tests that look wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.course.loading import load_assignment
from autograder.course.record import Curve, ErrorMap, Line
from autograder.course.verdict import Verdict
from autograder.grading.result import Result, TestResult
from autograder.statistics.triage import Group, groups_of, suspects
from tests.batches.made import result


@pytest.fixture
def made(tiny: Path) -> Any:
    scale = load_assignment(tiny, "scale")
    return lambda **criteria: result(scale, **criteria)


def sizes(groups: list[Group]) -> list[tuple[int, ...]]:
    return [group.attempts for group in groups]


def error_map(*levels: int) -> ErrorMap:
    return ErrorMap(name="y", shape=(len(levels),), levels=(levels,))


def fails(**facts: Any) -> dict[str, Any]:
    return {"verdict": "FAIL", **facts}


def test_the_same_verdicts_are_one_group_and_full_marks_none(made: Any) -> None:
    wrong, worse = {"affine_values": "FAIL"}, {"affine_values": "FAIL", "affine_gradients": "CRASH"}
    results = dict(enumerate([made(**wrong), made(), made(**worse), made(**wrong)]))
    groups = groups_of(results)
    assert sizes(groups) == [(0, 3), (2,)]
    assert groups[0].verdicts == (("affine.values", "FAIL"),)
    assert groups[1].verdicts == (("affine.values", "FAIL"), ("affine.gradients", "CRASH"))
    assert [group.mistake for group in groups] == [None, None]


def test_another_mistake_is_another_group(made: Any) -> None:
    results = {
        1: made(affine_values=fails(mistake="no_bias")),
        2: made(affine_values=fails(mistake="no_scale")),
        3: made(affine_values=fails(mistake="no_bias")),
    }
    groups = groups_of(results)
    assert [(group.attempts, group.mistake) for group in groups] == [((1, 3), "no_bias"), ((2,), "no_scale")]


def test_where_no_mistake_explains_near_equal_errors_are_one_group(made: Any) -> None:
    maps = [error_map(*[1] * 20), error_map(*[2] * 18, 0, 4), error_map(*[4] * 20), error_map(*[1] * 19)]
    results = {number: made(affine_values=fails(error_map=one)) for number, one in enumerate(maps)}
    results[4] = made(affine_values=fails())
    assert sizes(groups_of(results)) == [(0, 1), (2,), (3,), (4,)]


def test_where_a_mistake_explains_the_error_map_does_not_matter(made: Any) -> None:
    maps = (error_map(*[1] * 9), error_map(*[4] * 9))
    results = {n: made(affine_values=fails(error_map=one, mistake="no_bias")) for n, one in enumerate(maps)}
    assert sizes(groups_of(results)) == [(0, 1)]


def test_costs_that_grow_otherwise_are_another_group(made: Any) -> None:
    def grown(exponent: float | None) -> Result:
        curve = Curve(quantity="seconds", submission=Line(exponent=exponent), reference=Line(exponent=1.0))
        return made(affine_values=fails(curves=(curve,)))

    exponents = (2.0, 2.2, 3.0, None)
    assert sizes(groups_of({n: grown(one) for n, one in enumerate(exponents)})) == [(0, 1), (2,), (3,)]


def test_what_could_not_be_read_is_grouped_by_what_was_said(made: Any) -> None:
    bad = [
        made().model_copy(update={"status": "rejected", "message": text, "criteria": ()})
        for text in ("empty", "zip", "zip")
    ]
    groups = groups_of(dict(enumerate(bad)))
    assert [(group.attempts, group.verdicts, group.message) for group in groups] == [
        ((1, 2), (), "zip"),
        ((0,), (), "empty"),
    ]


def test_a_group_keeps_its_id_when_others_are_graded(made: Any) -> None:
    wrong, other = (
        made(affine_values=fails(error_map=error_map(1, 2))),
        made(affine_values=fails(error_map=error_map(5, 5))),
    )
    (alone,) = groups_of({7: wrong})
    ids = {group.attempts: group.id for group in groups_of({3: other, 7: wrong, 8: made()})}
    assert ids[(7,)] == alone.id
    assert len(set(ids.values())) == 2


# --- tests that look wrong


def with_tests(made: Any, *failed: str) -> Result:
    """Two tests of one criterion; those that `failed`."""
    tests = tuple(
        TestResult(name=name, title="", verdict=Verdict.FAIL if name in failed else Verdict.PASS)
        for name in ("t0", "t1")
    )
    return made(affine_values={"verdict": "FAIL" if failed else "PASS", "tests": tests})


def test_the_test_that_most_fail_who_pass_all_else_is_named(made: Any) -> None:
    results = [with_tests(made, "t0")] * 4 + [with_tests(made, "t1")] * 2 + [with_tests(made)] * 3
    (found,) = suspects([*results, *[with_tests(made, "t0", "t1")] * 20])
    assert (found.criterion, found.test, found.failed, found.of) == ("affine.values", "t0", 4, 7)


def test_tests_that_fall_together_are_named_as_their_criterion(made: Any) -> None:
    (found,) = suspects([with_tests(made, "t0", "t1")] * 4 + [with_tests(made)] * 3)
    assert (found.criterion, found.test, found.failed, found.of) == ("affine.values", None, 4, 7)


def test_the_worst_is_told_first(made: Any) -> None:
    results = [made(affine_values="FAIL")] * 4 + [made(standardise_values="FAIL")] * 9 + [made()] * 3
    assert [(one.criterion, one.failed, one.of) for one in suspects(results)] == [
        ("standardise.values", 9, 12), ("affine.values", 4, 7),
    ]  # fmt: skip


@pytest.mark.parametrize(("failed", "passed", "named"), [(2, 0, 0), (3, 3, 0), (3, 2, 1), (40, 60, 0)])
def test_few_failures_or_half_of_them_name_nothing(made: Any, failed: int, passed: int, named: int) -> None:
    assert len(suspects([made(affine_values="FAIL")] * failed + [made()] * passed)) == named


def test_who_fails_two_criteria_is_no_evidence(made: Any) -> None:
    both = made(affine_values="FAIL", affine_gradients="FAIL")
    assert suspects([both] * 9 + [made()]) == []
