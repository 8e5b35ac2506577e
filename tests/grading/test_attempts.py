"""What is run again, how often and why: the grader's faults twice, a busy machine's once and alone, a student's never."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from autograder.course.verdict import Verdict
from autograder.grading import attempts as module
from autograder.grading.attempts import STRETCH, Attempts
from autograder.grading.plugin import Doubt
from autograder.grading.result import TestResult
from autograder.grading.turns import Turns

V = Verdict
QUESTION = {"a.x": "a", "a.y": "a", "b.x": "b"}
OURS, MACHINE = Doubt.OURS, Doubt.MACHINE


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAUSES", (0.0, 0.0))


class Script:
    """Runs whose outcomes are written down: test → (verdict, doubt) of its first, second … run; an exception fails."""

    def __init__(self, tests: dict[str, list[Any]], failing: list[Exception | None] | None = None) -> None:
        self.tests, self.failing = tests, failing or []
        self.runs: list[tuple[list[str], float]] = []

    def __call__(self, observer: Any, only: frozenset[str] | None, stretch: float) -> None:
        self.runs.append((sorted(only) if only is not None else ["*"], stretch))
        observer.collected(dict.fromkeys(QUESTION, 1))
        for name, outcomes in self.tests.items():
            if only is not None and name not in only:
                continue
            if self.failing and self.failing[0] is not None:
                raise self.failing.pop(0)  # type: ignore[misc]
            verdict, doubt = outcomes.pop(0)
            number = len(self.runs)
            result = TestResult(name=name, title=name, verdict=verdict, detail=f"detail {number}", message="m")
            observer.ended(name, name.partition(" ")[0], [result], doubt)
        if self.failing:
            self.failing.pop(0)


def verdicts(attempts: Attempts) -> dict[str, str]:
    return {test.name: test.verdict.value for tests in attempts.outcomes.values() for test in tests}


def ran(script: Script, **options: Any) -> Attempts:
    attempts = Attempts(script, options.pop("turns", Turns()), QUESTION, **options)
    attempts.run()
    return attempts


def test_what_is_decided_is_run_once() -> None:
    script = Script({"a.x 1": [(V.PASS, None)], "a.y 1": [(V.TIMEOUT, None)], "b.x 1": [(V.CRASH, None)]})
    attempts = ran(script)
    assert script.runs == [(["*"], 1.0)]
    assert verdicts(attempts) == {"a.x 1": "PASS", "a.y 1": "TIMEOUT", "b.x 1": "CRASH"}
    assert (attempts.story, attempts.awaited) == ([], {"a.x": 1, "a.y": 1, "b.x": 1})


def test_the_graders_fault_is_run_again_and_merged_with_the_others() -> None:
    script = Script(
        {"a.x 1": [(V.PASS, None)], "a.x 2": [(V.GRADER_ERROR, OURS), (V.PASS, None)], "b.x 1": [(V.FAIL, None)]}
    )
    attempts = ran(script)
    assert script.runs == [(["*"], 1.0), (["a.x 2"], 1.0)]
    assert verdicts(attempts) == {"a.x 1": "PASS", "a.x 2": "PASS", "b.x 1": "FAIL"}
    assert [test.name for test in attempts.outcomes["a.x"]] == ["a.x 1", "a.x 2"]
    assert attempts.outcomes["a.x"][1].detail == "An earlier run ended GRADER_ERROR: detail 1\ndetail 2"
    assert attempts.story == ["run again (the grader failed): a.x 2"]


def test_after_three_runs_it_goes_to_a_ta() -> None:
    script = Script({"a.x 1": [(V.GRADER_ERROR, OURS)] * 3})
    attempts = ran(script)
    assert [tests for tests, _ in script.runs] == [["*"], ["a.x 1"], ["a.x 1"]]
    assert verdicts(attempts) == {"a.x 1": "GRADER_ERROR"}
    assert attempts.outcomes["a.x"][0].detail.count("An earlier run ended GRADER_ERROR") == 2


def test_a_timeout_on_a_busy_machine_is_run_once_more_alone() -> None:
    script = Script({"a.x 1": [(V.TIMEOUT, MACHINE), (V.TIMEOUT, MACHINE)], "b.x 1": [(V.PASS, None)]})
    seen: list[str] = []

    class Watched(Turns):
        @contextmanager
        def together(self) -> Iterator[None]:
            seen.append("together")
            yield

        @contextmanager
        def alone(self) -> Iterator[None]:
            seen.append("alone")
            yield

    attempts = ran(script, turns=Watched())
    assert script.runs == [(["*"], 1.0), (["a.x 1"], STRETCH)]
    assert seen == ["together", "alone"]
    assert verdicts(attempts)["a.x 1"] == "TIMEOUT"


def test_tests_of_the_same_question_that_ran_out_of_time_come_along() -> None:
    """Else a third hang, which is skipped after two, would be one of the first two."""
    script = Script(
        {
            "a.x 1": [(V.TIMEOUT, None), (V.TIMEOUT, None)],
            "a.x 2": [(V.TIMEOUT, MACHINE), (V.TIMEOUT, None)],
            "a.y 1": [(V.SKIPPED, MACHINE), (V.SKIPPED, None)],
            "a.y 2": [(V.PASS, None)],
            "b.x 1": [(V.TIMEOUT, None)],
        }
    )
    ran(script)
    assert script.runs[1:] == [(["a.x 1", "a.x 2", "a.y 1"], STRETCH)]


def test_one_that_failed_and_then_ran_out_of_time_gets_both() -> None:
    script = Script({"a.x 1": [(V.GRADER_ERROR, OURS), (V.TIMEOUT, MACHINE), (V.PASS, None)]})
    assert verdicts(ran(script)) == {"a.x 1": "PASS"}
    assert [stretch for _, stretch in script.runs] == [1.0, 1.0, STRETCH]


def test_a_run_that_gets_nowhere_is_begun_again() -> None:
    script = Script({"a.x 1": [(V.PASS, None)]}, failing=[OSError("no sandbox"), None])
    attempts = ran(script)
    assert len(script.runs) == 2
    assert verdicts(attempts) == {"a.x 1": "PASS"}
    assert "OSError('no sandbox')" in attempts.story[0]


def test_three_runs_that_get_nowhere_are_told() -> None:
    script = Script({"a.x 1": []}, failing=[OSError("one"), OSError("two"), OSError("three")])
    attempts = Attempts(script, Turns(), QUESTION)
    with pytest.raises(OSError, match=r"^three$"):
        attempts.run()
    assert (len(script.runs), len(attempts.story)) == (3, 3)


def test_a_second_run_that_fails_as_a_whole_counts_and_costs_nothing() -> None:
    script = Script(
        {"a.x 1": [(V.GRADER_ERROR, OURS), (V.PASS, None)], "b.x 1": [(V.PASS, None)]},
        failing=[None, OSError("gone"), None],
    )
    attempts = ran(script)
    assert len(script.runs) == 3
    assert verdicts(attempts) == {"a.x 1": "PASS", "b.x 1": "PASS"}
    assert "OSError('gone')" in attempts.story[2 - 1]


def test_an_interrupt_is_not_taken_for_a_fault() -> None:
    def interrupted(*arguments: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Attempts(interrupted, Turns(), QUESTION).run()
