"""Measure what the accepted submissions take, which is also the proof that this machine grades as it should."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from autograder.course.models import Limits
from autograder.course.verdict import Verdict
from autograder.grading.crew import Done, Failure, Post, Task, bench
from autograder.grading.limits import Measurement, keep, kept, limits_from, measurement, to_measure
from autograder.grading.result import Result
from autograder.sandbox.usage import Usage


class Workers(Protocol):
    """Who grades the accepted submissions: a crew, or one process by itself."""

    @property
    def post(self) -> Post:
        """With the sandbox that was chosen."""
        ...

    def run(self, work: Callable[[Task], Done], tasks: Iterable[Task]) -> Iterator[tuple[Task, Done | Failure]]:
        """As `Crew.run`."""
        ...


class SelfTestFailed(Exception):
    """An accepted submission does not get full marks here: what is wrong is not the students'."""


def limits_here(crew: Workers) -> Limits:
    """The limits of the crew's assignment on this machine, measured unless they are fixed or kept.

    Raises SelfTestFailed.
    """
    loaded, sandbox = crew.post.loaded, crew.post.sandbox
    if not to_measure(loaded):
        return loaded.assignment.limits
    measured = kept(loaded, sandbox)
    if measured is None:
        measured = _measure(crew)
        keep(loaded, sandbox, measured)
    return limits_from(loaded, measured)


def _measure(crew: Workers) -> Measurement:
    from autograder.course.known import read_known

    names = ["solution", *(f"correct/{one.name}" for one in read_known(crew.post.loaded) if one.kind == "correct")]
    usages = []
    for name, outcome in crew.run(_grade_accepted, names):
        if isinstance(outcome, Failure):
            raise SelfTestFailed(_sentence(name, outcome.reason))
        result, usage = outcome
        trouble = failed_self_test(result)
        if trouble is not None:
            raise SelfTestFailed(_sentence(name, trouble))
        usages.append(usage)
    return measurement(usages)


def _grade_accepted(name: str) -> tuple[Result, Usage]:
    """In a worker."""
    from autograder.grading.accepted import hand_in

    graded = bench().grade_read(hand_in(bench(), name))
    return graded, bench().usage


def failed_self_test(result: Result) -> str | None:
    """What an accepted submission lost, None when it lost nothing; a timing that stays undecided is no loss."""
    if result.status != "graded":
        return result.environment.detail or result.message
    for criterion in result.criteria:
        if criterion.kind == "tests" and criterion.verdict not in (Verdict.PASS, Verdict.INCONCLUSIVE):
            detail = next((test.detail for test in criterion.tests if test.detail), "")
            return f"{criterion.id} ends {criterion.verdict.value}: {criterion.message} {detail}".strip()
    return None


def _sentence(name: str, trouble: str) -> str:
    return (
        f"The assignment's own submission {name} does not get full marks on this machine: {trouble[:600]}\n"
        "Nothing was graded. Run `gradus verify`; when it is clean elsewhere, this machine or its sandbox is at fault."
    )
