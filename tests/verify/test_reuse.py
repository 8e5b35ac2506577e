"""Outcomes that are taken from the answer key: those of tests that would run its code, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course.loading import load_assignment
from autograder.course.record import Curve, Line, Speedup
from autograder.course.verdict import Verdict
from autograder.grading.attempts import Given
from autograder.grading.bench import Bench
from autograder.grading.result import CriterionResult, Result
from autograder.sandbox.backend import Backend
from autograder.verify.hand_in import grade_subject
from autograder.verify.reuse import (
    Baseline,
    costs_known,
    late_again,
    timed_again,
    unchanged,
    undecided_again,
)
from autograder.verify.subjects import Kind, Subject
from tests.verify.conftest import Room

STANDARDISE = {
    f"test_standardise.py::{name}" for name in ("test_values", "test_input_is_left_alone", "test_rows_far_from_zero")
}
AFFINE = {"test_affine.py::test_values", "test_affine.py::test_gradients"}


@pytest.fixture
def bench(released_tiny: Path, backend: Backend) -> Bench:
    return Bench(load_assignment(released_tiny, "scale"), backend)


def baseline_of(bench: Bench, seed: int = 0) -> Baseline:
    result, reused = grade_subject(bench, Subject("solution", "solution", seed))
    assert not reused
    return Baseline(result, {test: frozenset(names) for test, names in bench.asked.items()})


@pytest.fixture
def baseline(bench: Bench) -> Baseline:
    return baseline_of(bench)


def test_every_test_says_what_it_asks_for(baseline: Baseline) -> None:
    assert baseline.asked == {test: {"standardise"} for test in STANDARDISE} | {test: {"Affine"} for test in AFFINE}


@pytest.mark.parametrize(
    ("kind", "name", "reused"),
    [
        ("mistakes", "no_bias", STANDARDISE),
        ("mistakes", "in_place", AFFINE),
        ("unstable", "difference_of_squares", AFFINE),
        ("hostile", "leaves_early", set()),
        ("correct", "loop", set()),
    ],
)
def test_what_is_reused_comes_out_as_when_it_is_run(
    bench: Bench, baseline: Baseline, kind: Kind, name: str, reused: set[str]
) -> None:
    subject = Subject(kind, name, 0)
    result, found = grade_subject(bench, subject, baseline)
    assert found == reused
    assert set(bench.asked) == (STANDARDISE | AFFINE) - reused  # the others really were not run
    whole, _ = grade_subject(bench, subject)
    assert [(c.id, c.verdict, c.score) for c in result.criteria] == [(c.id, c.verdict, c.score) for c in whole.criteria]
    assert [sorted(t.name for t in c.tests) for c in result.criteria] == [
        sorted(t.name for t in c.tests) for c in whole.criteria
    ]


def test_nothing_is_reused_under_another_seed(bench: Bench) -> None:
    _, reused = grade_subject(bench, Subject("mistakes", "no_bias", 0), baseline_of(bench, seed=1))
    assert not reused


def test_what_the_answer_key_does_not_pass_is_run(bench: Bench, baseline: Baseline) -> None:
    values, *others = baseline.result.criteria
    failed = tuple(test.model_copy(update={"verdict": Verdict.FAIL}) for test in values.tests)
    result = baseline.result.model_copy(update={"criteria": (values.model_copy(update={"tests": failed}), *others)})
    source = bench.reference_source
    given = unchanged(Baseline(result, baseline.asked), source, source.replace("* self.weight", "/ self.weight"))
    assert given is not None
    assert given.rest == AFFINE | {test.name for test in failed}


def test_a_test_that_asks_for_nothing_is_run(bench: Bench, baseline: Baseline) -> None:
    name = "test_affine.py::test_values"
    given = unchanged(
        Baseline(baseline.result, {**baseline.asked, name: frozenset()}),
        bench.reference_source,
        bench.reference_source.replace("centred * centred", "centred"),
    )
    assert given is not None
    assert given.rest == STANDARDISE | {name}


def test_a_timing_that_was_lost_is_taken_again_and_nothing_else(baseline: Baseline) -> None:
    values, *others = baseline.result.criteria
    timed = values.tests[0].model_copy(update={"speedup": Speedup(asked=2, measured=1.2), "verdict": Verdict.FAIL})
    fast = values.tests[1].model_copy(update={"speedup": Speedup(asked=2, measured=2.6)})
    result = baseline.result.model_copy(
        update={"criteria": (values.model_copy(update={"tests": (timed, fast)}), *others)}
    )
    given = timed_again(result)
    assert given is not None
    assert given.rest == {timed.name}
    assert [test.name for test in given.outcomes[values.id]] == [fast.name]
    assert {test.name for some in given.outcomes.values() for test in some} == (STANDARDISE | AFFINE) - {timed.name}
    assert timed_again(baseline.result) is None


def test_what_is_undecided_is_run_again_and_nothing_else(baseline: Baseline) -> None:
    values, *others = baseline.result.criteria
    undecided = values.tests[0].model_copy(update={"verdict": Verdict.INCONCLUSIVE})
    criterion = values.model_copy(update={"tests": (undecided, *values.tests[1:])})
    given = undecided_again(baseline.result.model_copy(update={"criteria": (criterion, *others)}))
    assert given is not None
    assert given.rest == {undecided.name}
    assert {test.name for some in given.outcomes.values() for test in some} == (STANDARDISE | AFFINE) - given.rest
    assert undecided_again(baseline.result) is None


def test_how_costs_grow_is_not_asked_again(baseline: Baseline) -> None:
    line = Line(points=((1, 1.0), (2, 2.0)), exponent=1.0)
    grows = Curve(quantity="memory", allowed=1.2, submission=line, reference=line)
    drawn = Curve(quantity="error", over="rounds", submission=line, reference=line)
    values, *others = baseline.result.criteria
    first, second = values.tests
    tests = (first.model_copy(update={"curves": (grows,)}), second.model_copy(update={"curves": (drawn,)}))
    given = costs_known(_with(baseline, values.model_copy(update={"tests": tests}), *others))
    assert given is not None
    assert given.outcomes == {values.id: [tests[0]]}
    assert given.rest == (STANDARDISE | AFFINE) - {first.name}
    lost = tests[0].model_copy(update={"verdict": Verdict.FAIL})
    assert costs_known(_with(baseline, values.model_copy(update={"tests": (lost, tests[1])}), *others)) is None
    assert costs_known(baseline.result) is None


def test_what_ran_out_of_time_is_run_again_with_what_was_skipped_for_it(baseline: Baseline) -> None:
    values, *others = baseline.result.criteria
    first, second = values.tests
    tests = (
        first.model_copy(update={"verdict": Verdict.TIMEOUT}),
        second.model_copy(update={"verdict": Verdict.SKIPPED}),
    )
    given = late_again(_with(baseline, values.model_copy(update={"tests": tests}), *others))
    assert given is not None
    assert given.rest == {first.name, second.name}
    assert late_again(baseline.result) is None
    skipped_for_crashes = values.model_copy(update={"tests": tests[1:]})
    assert late_again(_with(baseline, skipped_for_crashes, *others)) is None


def _with(baseline: Baseline, *criteria: CriterionResult) -> Result:
    return baseline.result.model_copy(update={"criteria": criteria})


def test_what_is_given_is_not_run(bench: Bench, baseline: Baseline) -> None:
    given = Given(
        {"affine.values": list(baseline.result.criteria[2].tests)}, frozenset({"test_affine.py::test_gradients"})
    )
    result, reused = grade_subject(bench, Subject("mistakes", "no_bias", 3), given=given)
    assert reused == {"test_affine.py::test_values"}
    assert set(bench.asked) == {"test_affine.py::test_gradients"}
    assert [c.verdict for c in result.criteria if c.question == "affine"] == [Verdict.PASS, Verdict.FAIL]


def test_code_that_cannot_be_executed_is_given_to_every_test(room: Room, backend: Backend) -> None:
    room.add(
        "mistakes/half.py",
        '"""One name is missing.\n\nloses: standardise.values\nhint: Which?\n"""\n\n\n'
        "def standardise(x, size=undefined_name):\n    return x\n",
    )
    bench = Bench(load_assignment(room.course, "scale"), backend)
    result, reused = grade_subject(bench, Subject("mistakes", "half", 0), baseline_of(bench))
    assert not reused
    assert {c.verdict for c in result.criteria if c.kind == "tests"} == {Verdict.FAIL}
