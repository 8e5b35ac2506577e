"""Grade what waits in the queue, and keep every result the moment it is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from autograder import __version__
from autograder.batches.backlog import Version, handed_in, our_name, result_id_of, result_ids, take_over
from autograder.batches.lease import LEASE_SECONDS, leases
from autograder.batches.order import Order, Workforce, nameless
from autograder.course.models import LoadedAssignment
from autograder.gradebook import Gradebook, GradebookError, GradebookFailed
from autograder.gradebook.attempts import Attempt
from autograder.gradebook.results import adopt
from autograder.gradebook.tasks import claim, enqueue, fail, finish
from autograder.grading.blank import assignment_sha256
from autograder.grading.crew import MOST_TRIES, Failure
from autograder.grading.result import Result

GRADUS = "gradus"
FIRST = "first"
"""The policy of a result that is an attempt's first: there is nothing that it could replace."""


@dataclass
class Tally:
    """How far a class is. Counts only: results are in the gradebook, and not in memory."""

    total: int
    done: int = 0
    failing: int = 0
    """Of the done: how many lost points to a test, or could not be read."""
    troubles: dict[str, str] = field(default_factory=dict)
    """Hash of a submission that the grader failed at, for good → why, for staff."""
    sandboxes: set[str] = field(default_factory=set)
    """Where student code ran."""

    def add(self, outcome: Outcome) -> None:
        """Count one."""
        if outcome.state == "failed":
            self.troubles[outcome.submission_sha256] = outcome.trouble
        self.done += outcome.state != "again"
        self.failing += outcome.failing
        self.sandboxes |= {outcome.sandbox} - {""}


@dataclass(frozen=True)
class Outcome:
    """What became of one order."""

    submission_sha256: str
    state: Literal["done", "again", "failed"]
    """`again`: it is in the queue once more."""
    failing: bool = False
    trouble: str = ""
    sandbox: str = ""


class Queue:
    """The tasks of one version of one assignment, of which this process grades what nobody else holds."""

    def __init__(self, book: Gradebook, loaded: LoadedAssignment, seed: int) -> None:
        self.book, self._loaded = book, loaded
        self.version = Version(loaded.slug, assignment_sha256(loaded), seed)
        self._who = our_name()

    def fill(self, attempts: Iterable[Attempt]) -> int:
        """Put each key of `attempts` in once and take over what killed graders hold; how many there are to grade."""
        digests = {attempt.file_sha256 for attempt in attempts}
        enqueue(self.book, self.version.assignment, [self.version.key(digest) for digest in sorted(digests)])
        take_over(self.book, self.version)
        return len(digests - result_ids(self.book, self.version).keys())

    def grade(self, workforce: Workforce) -> Iterator[Outcome]:
        """Every outcome as it comes, until nothing waits any more. Raises GradebookError when it cannot be kept."""
        some = True
        with leases(self.book, self.version, self._who):
            while some:  # what went back into the queue is taken out of it again
                some = False
                for order, outcome in workforce.run(self._orders()):
                    some = True
                    yield self._keep(order, outcome)

    def _orders(self) -> Iterator[Order]:
        version = self.version
        while task := claim(
            self.book, version.assignment, self._who, LEASE_SECONDS,
            assignment_sha256=version.assignment_sha256, seed=version.seed,
        ):  # fmt: skip
            digest = task.key.submission_sha256
            try:
                name, data = handed_in(self.book, digest)
            except GradebookFailed:
                raise
            except GradebookError as error:
                fail(self.book, task.id, str(error), True)
                continue
            yield Order(task.id, digest, nameless(name, version.assignment), data, task.tries)

    def _keep(self, order: Order, outcome: Result | Failure) -> Outcome:
        trouble = self._trouble(outcome)
        if isinstance(outcome, Result) and not trouble:
            finish(self.book, order.task_id, outcome)  # somebody else may have been quicker: theirs stands
            return Outcome(order.submission_sha256, "done", is_failing(outcome), sandbox=outcome.environment.sandbox)
        final = order.tries >= MOST_TRIES
        fail(self.book, order.task_id, trouble, final)
        return Outcome(order.submission_sha256, "failed" if final else "again", trouble=trouble)

    def _trouble(self, outcome: Result | Failure) -> str:
        """Why an outcome must not be kept; empty when it may."""
        if isinstance(outcome, Failure):
            return outcome.reason
        where = outcome.environment
        if outcome.status == "grader_error":
            return where.detail or outcome.message
        if where.kit != __version__:
            return f"it was graded by version {where.kit} of the kit, and this is {__version__}"
        if where.assignment_sha256 != self.version.assignment_sha256:
            return "the assignment was changed while it was graded; give the command again"
        return ""


def is_failing(result: Result) -> bool:
    """Whether a submission could not be read, or lost points to a test."""
    lost = (one.score < one.points for one in result.criteria if one.kind == "tests")
    return result.status != "graded" or any(lost)


def grade_attempts(queue: Queue, workforce: Workforce, attempts: Iterable[Attempt]) -> Iterator[Outcome]:
    """Grade the queue; each of `attempts`, which have no result yet, gets its file's as soon as that is there."""
    waiting: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        waiting[attempt.file_sha256].append(attempt)
    for outcome in queue.grade(workforce):
        if outcome.state == "done":
            _adopt(queue, waiting.pop(outcome.submission_sha256, []))
        yield outcome
    adopt_ready(queue, [attempt for rest in waiting.values() for attempt in rest])  # of those that others graded


def adopt_ready(queue: Queue, attempts: Iterable[Attempt]) -> set[int]:
    """Give those of `attempts` whose file has a result that one; the ids of those that got it."""
    ready = result_ids(queue.book, queue.version)
    found = [attempt for attempt in attempts if attempt.file_sha256 in ready]
    _adopt(queue, found)
    return {attempt.id for attempt in found}


def _adopt(queue: Queue, attempts: Iterable[Attempt]) -> None:
    for attempt in attempts:
        result_id = result_id_of(queue.book, queue.version, attempt.file_sha256)
        if result_id is not None:
            adopt(queue.book, attempt.id, result_id, GRADUS, FIRST, "")
