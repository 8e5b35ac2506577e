"""Run the subjects in parallel and collect what they came to, what they took, and what more time would change."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from autograder.course.models import Limits, LoadedAssignment
from autograder.grading.attempts import Given
from autograder.grading.crew import leave_with_the_parent
from autograder.grading.interrupt import interrupts_wait, leave_when_interrupted
from autograder.grading.limits import Measurement, keep, kept, limits_from, measurement, scaled
from autograder.grading.measure import failed_self_test
from autograder.grading.result import Result
from autograder.sandbox.backend import choose, open_backend
from autograder.sandbox.usage import Usage
from autograder.verify.reuse import Baseline, costs_known, late_again, timed_again, undecided_again
from autograder.verify.subjects import Subject

if TYPE_CHECKING:
    from autograder.grading.bench import Bench

MORE_TIME = 1.5
"""A submission that ran out of time is graded again with so many times the limits: it must end in the same way."""


@dataclass(frozen=True)
class Graded:
    """What grading the subjects came to."""

    limits: Limits
    results: dict[Subject, Result] = field(default_factory=dict)
    measured: Measurement | None = None
    """What the accepted ones took; None when none was graded."""
    with_more_time: dict[Subject, Result] = field(default_factory=dict)
    reused: dict[Subject, frozenset[str]] = field(default_factory=dict)
    """Tests that were not run on a subject: they would run the answer key's code, whose outcome is taken."""
    asked_again: dict[Subject, frozenset[str]] = field(default_factory=dict)
    """Tests that could not decide while others were graded beside, and were run again alone."""


@dataclass(frozen=True)
class Outcome:
    """What a worker tells of one subject."""

    result: Result
    usage: Usage
    asked: dict[str, frozenset[str]]
    reused: frozenset[str]


def grade_subjects(
    loaded: LoadedAssignment,
    subjects: list[Subject],
    *,
    jobs: int | None = None,
    backend: str = "auto",
    complete: bool = False,
    every_test: bool = False,
    undecided: Collection[Subject] = (),
    advance: Callable[[Subject], None] = lambda subject: None,
) -> Graded:
    """Every subject's result. Raises what a worker raised: a verification with a hole proves nothing.

    The accepted ones come first: when all of them are there (`complete`), their limits hold for the others, and are
    kept for grading on this machine. Unless `every_test` is asked for, a mistake is not given to tests that would run
    the answer key's code; a further seed asks what is right nothing about how its costs grow, and what is slow only about
    the timings that it lost. What could not be decided is asked again when nothing else is graded, unless the subject is
    to be left `undecided`.
    """
    sandbox = choose(backend, trusted=True, gpu=loaded.assignment.gpu)
    crew = Crew.of(loaded, sandbox, jobs, len(subjects))
    found: dict[Subject, Outcome] = {}
    right = [subject for subject in subjects if subject.kind in ("solution", "correct")]
    first = min((subject.seed for subject in subjects), default=0)

    def grade(some: list[Subject], limits: Limits, **known: Any) -> None:
        for subject, outcome in crew.grade(some, limits, first, **known):
            found[subject] = outcome
            advance(subject)

    def known_at_first(some: list[Subject], know: Callable[[Result], Given | None]) -> dict[Subject, Given]:
        pairs = [(subject, found.get(replace(subject, seed=first))) for subject in some]
        return {one: given for one, seen in pairs if seen and not every_test and (given := know(seen.result))}

    with crew:
        grade([one for one in right if one.seed == first], loaded.assignment.limits)
        further = [one for one in right if one.seed != first]
        grade(further, loaded.assignment.limits, given=known_at_first(further, costs_known))
        measured = measurement([outcome.usage for outcome in found.values()]) if found else None
        sound = complete and all(failed_self_test(outcome.result) is None for outcome in found.values())
        if measured is not None and sound:
            keep(loaded, sandbox, measured)
        known = measured if complete else kept(loaded, sandbox)
        limits = limits_from(loaded, known) if known is not None else loaded.assignment.limits
        baselines = {} if every_test else baselines_of(found)
        rest = [one for one in subjects if one not in found]
        sessions = [] if every_test else [one for one in rest if one.kind == "slow" and one.seed != first]
        grade([one for one in rest if one not in sessions], limits, baselines=baselines)
        timed = known_at_first(sessions, timed_again)
        grade([one for one in sessions if one in timed], limits, given=timed)
        for subject in sessions:
            if subject not in timed:
                advance(subject)
        asked_again: dict[Subject, frozenset[str]] = {}
        for subject, outcome in found.items():
            given_again = undecided_again(outcome.result) if subject not in undecided else None
            if given_again is not None:
                asked_again[subject] = given_again.rest
                [(_, again)] = crew.grade([subject], limits, first, given={subject: given_again})
                found[subject] = replace(outcome, result=again.result)
        late = {one: given for one, outcome in found.items() if (given := late_again(outcome.result))}
        with_more_time = dict(crew.grade([*late], scaled(limits, MORE_TIME), first, given=late))
    return Graded(
        limits,
        {subject: found[subject].result for subject in subjects if subject in found},
        measured,
        {subject: outcome.result for subject, outcome in with_more_time.items()},
        {subject: outcome.reused for subject, outcome in found.items() if outcome.reused},
        asked_again,
    )


def baselines_of(found: dict[Subject, Outcome]) -> dict[int, Baseline]:
    """The answer key under each seed."""
    return {
        subject.seed: Baseline(outcome.result, outcome.asked)
        for subject, outcome in found.items()
        if subject.kind == "solution"
    }


class Crew:
    """Workers with a bench each. Leaving it waits for what runs, and for no more."""

    def __init__(self, loaded: LoadedAssignment, sandbox: str, size: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._size = size
        self._pool = ProcessPoolExecutor(size, context, initializer=_begin_work, initargs=(loaded, sandbox))

    @classmethod
    def of(cls, loaded: LoadedAssignment, sandbox: str, jobs: int | None, tasks: int) -> Crew:
        """As many workers as `jobs` says, or the machine has cores, and never more than there are tasks."""
        return cls(loaded, sandbox, min(jobs or os.cpu_count() or 1, max(1, tasks)))

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """`function(*arguments)` in a worker, where `bench()` is its bench."""
        with interrupts_wait():  # a process starts with its first task
            return self._pool.submit(function, *arguments)

    def grade(
        self,
        subjects: list[Subject],
        limits: Limits,
        first: int,
        *,
        baselines: Mapping[int, Baseline] | None = None,
        given: Mapping[Subject, Given] | None = None,
    ) -> Iterator[tuple[Subject, Outcome]]:
        """Every subject's outcome, as they end. `first` is the seed that most have; outcomes that are `given` stand."""
        tasks = [
            self.submit(
                _grade,
                batch,
                limits,
                (baselines or {}).get(batch[0].seed),
                {one: given[one] for one in batch if one in given} if given else {},
            )
            for batch in batches(subjects, self._size, first)
        ]
        for future in as_completed(tasks):
            yield from future.result()


def batches(subjects: list[Subject], workers: int, first: int) -> list[list[Subject]]:
    """The subjects in batches, each for one worker: a worker computes what it expects under a seed only once.

    Most subjects have the `first` seed, so that every worker knows it, and they go one by one, after the others.
    """
    by_seed: dict[int, list[Subject]] = {}
    for subject in subjects:
        by_seed.setdefault(subject.seed, []).append(subject)
    singles = [[subject] for subject in by_seed.pop(first, [])]
    pieces = max(1, workers // max(1, len(by_seed)))
    cut = [part for _, group in sorted(by_seed.items()) for part in _cut(group, -(-len(group) // pieces))]
    return cut + singles


def _cut(group: list[Subject], size: int) -> list[list[Subject]]:
    return [group[start : start + size] for start in range(0, len(group), size)]


_bench: Bench | None = None


def _begin_work(loaded: LoadedAssignment, backend: str) -> None:
    leave_when_interrupted()
    _open_bench(loaded, backend)


def _open_bench(loaded: LoadedAssignment, backend: str) -> None:
    import atexit

    # Before torch is imported here: the zygote imports it meanwhile.
    started = open_backend(backend, trusted=True, gpu=loaded.assignment.gpu)
    from autograder.grading.bench import Bench

    global _bench  # one bench a worker process, for as long as it lives
    _bench = Bench(loaded, started)
    _bench.proving = True
    leave_with_the_parent(_bench.backend.close)
    atexit.register(_bench.backend.close)


def bench() -> Bench:
    """In a worker: the bench that it keeps."""
    assert _bench is not None
    return _bench


def _grade(
    batch: list[Subject], limits: Limits, baseline: Baseline | None, given: Mapping[Subject, Given]
) -> list[tuple[Subject, Outcome]]:
    from autograder.verify.hand_in import grade_subject

    here = bench()
    here.limits = limits
    outcomes = []
    for subject in batch:
        result, reused = grade_subject(here, subject, baseline, given.get(subject))
        asked = {test: frozenset(names) for test, names in here.asked.items()}
        outcomes.append((subject, Outcome(result, here.usage, asked, reused)))
    return outcomes
