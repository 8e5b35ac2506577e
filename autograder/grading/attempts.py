"""Run the hidden tests, and again those whose outcome may not be the submission's doing.

A test that the grader failed at is run twice more, each time in a fresh sandbox; after that it goes to a TA. One that
the machine may have been too slow for (out of time with less CPU time than its limit, or a timing that could not be
decided) is run once more, with nothing else graded at the same time. What is the submission's own fault stands.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from autograder.course.verdict import Verdict
from autograder.grading.plugin import Doubt, Observer
from autograder.grading.result import TestResult
from autograder.grading.turns import Turns

MOST_RUNS = 3
STRETCH = 10.0
"""How much longer than its limit a request may take in the run alone, while it has had less CPU time than that."""
_PAUSES = (0.2, 1.0)
"""Seconds before the second and the third run: what was in the way may have gone."""


Done = TypeVar("Done")


def insist(action: Callable[[], Done], story: list[str]) -> Done:
    """What `action()` returns; it is tried three times. Each failure goes to `story`, and the last one is raised."""
    for pause in (*_PAUSES, None):
        try:
            return action()
        except Exception as error:
            story.append(f"a run of the whole submission failed: {error!r:.1000}")
            if pause is None:
                raise
            time.sleep(pause)
    raise AssertionError("the last pause is None")


class Attempt(Protocol):
    """One run in a fresh sandbox: of all tests, or of those named `only`."""

    def __call__(self, observer: Observer, only: frozenset[str] | None, stretch: float) -> None: ...


@dataclass(frozen=True)
class Given:
    """Tests whose outcome is known without running them, as when they test the same code as before."""

    outcomes: Mapping[str, list[TestResult]]
    """By criterion."""
    rest: frozenset[str]
    """Names of the tests that must be run."""


@dataclass
class _Test:
    """One hidden test as it stands after the latest run that came to it."""

    criterion: str
    results: list[TestResult]
    doubt: Doubt | None
    runs: int = 1
    had_it_alone: bool = False


class Attempts:
    """The outcomes of one submission, put together from as many runs as they took."""

    def __init__(
        self,
        attempt: Attempt,
        turns: Turns,
        question_of: Mapping[str, str],
        tell: Callable[[], None] = lambda: None,
        given: Given | None = None,
    ) -> None:
        self._given = given
        self._attempt, self._turns, self._question_of, self._tell = attempt, turns, question_of, tell
        self._tests: dict[str, _Test] = {}
        self.awaited: Mapping[str, int] = {}
        """Criterion → how many tests it has."""
        self.story: list[str] = []
        """What was run again and why, for staff."""

    @property
    def outcomes(self) -> dict[str, list[TestResult]]:
        """Criterion → the outcomes of its tests."""
        found: dict[str, list[TestResult]] = {}
        for test in self._tests.values():
            found.setdefault(test.criterion, []).extend(test.results)
        return found

    def run(self) -> None:
        """Run everything. Raises what the last of three runs raised when no run got through."""
        self._everything()
        while True:
            if ours := self._doubted(Doubt.OURS, lambda test: test.runs < MOST_RUNS):
                time.sleep(_PAUSES[min(self._tests[name].runs for name in ours) - 1])
                with self._turns.together():
                    self._again(ours, "the grader failed", 1.0)
            elif held := self._with_companions(self._doubted(Doubt.MACHINE, lambda test: not test.had_it_alone)):
                with self._turns.alone():
                    self._again(held, "the machine may have been too slow", STRETCH)
                for name in held:
                    self._tests[name].had_it_alone = True
            else:
                return

    def _doubted(self, doubt: Doubt, may: Callable[[_Test], bool]) -> frozenset[str]:
        return frozenset(name for name, test in self._tests.items() if test.doubt is doubt and may(test))

    def _with_companions(self, names: frozenset[str]) -> frozenset[str]:
        """Also what else ran out of time in the same questions: after two of them the others are skipped."""
        questions = {self._question_of.get(self._tests[name].criterion) for name in names}
        return names | {
            name
            for name, test in self._tests.items()
            if self._question_of.get(test.criterion) in questions
            and any(result.verdict in (Verdict.TIMEOUT, Verdict.SKIPPED) for result in test.results)
        }

    def _everything(self) -> None:
        def run() -> None:
            self._tests = self._known_before()
            with self._turns.together():
                self._attempt(self, self._given.rest if self._given is not None else None, 1.0)

        insist(run, self.story)

    def _known_before(self) -> dict[str, _Test]:
        given = self._given.outcomes if self._given is not None else {}
        return {
            result.name: _Test(criterion, [result], None) for criterion, results in given.items() for result in results
        }

    def _again(self, names: frozenset[str], why: str, stretch: float) -> None:
        self.story.append(f"run again ({why}): {', '.join(sorted(names))}")
        runs = {name: self._tests[name].runs + 1 for name in names}
        try:
            self._attempt(self, names, stretch)
        except Exception as error:
            self.story.append(f"that run failed: {error!r:.1000}")
        for name, number in runs.items():
            self._tests[name].runs = number  # also for one that the run did not come to

    # ── what the plugin tells ────────────────────────────────────────────────────────────────────────────────────

    def collected(self, awaited: Mapping[str, int]) -> None:
        """Every run collects all tests, whichever of them it then runs."""
        self.awaited = awaited

    def ended(self, name: str, criterion: str, results: list[TestResult], doubt: Doubt | None) -> None:
        """One test has run."""
        old = self._tests.get(name)
        if old is None:
            self._tests[name] = _Test(criterion, results, doubt)
        else:
            old.results, old.doubt = [_with_history(result, old.results[-1]) for result in results], doubt
        self._tell()


def _with_history(result: TestResult, old: TestResult) -> TestResult:
    """With what went before, the latest run last: a trace is read from its last line."""
    before = f"An earlier run ended {old.verdict.value}: {old.detail or old.message}"
    return result.model_copy(update={"detail": "\n".join(part for part in (before, result.detail) if part)[-8000:]})
