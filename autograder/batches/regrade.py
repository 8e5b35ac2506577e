"""Grade attempts again under the assignment as it is now, and see who would move before anything counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import insert, select

from autograder.batches.backlog import result_ids
from autograder.batches.grading import Queue
from autograder.course.verdict import Verdict
from autograder.gradebook import Gradebook, GradebookError
from autograder.gradebook.attempts import Attempt, counting_attempts
from autograder.gradebook.clock import now
from autograder.gradebook.marks import Mark, current_marks
from autograder.gradebook.results import adopt, result_by_id
from autograder.gradebook.roster import student_of
from autograder.gradebook.tables import gradings
from autograder.gradebook.views import current_gradings
from autograder.grading.result import Result

Policy = Literal["never-lower", "replace"]
_EQUAL = 1e-6
"""Points by which two sums of the same points may differ."""


@dataclass(frozen=True)
class Change:
    """A criterion whose verdict or points differ."""

    criterion: str
    before: str
    after: str
    """Verdicts; `-` where the rubric has, or had, no such criterion."""
    points: float


@dataclass(frozen=True)
class Move:
    """What another result means for one attempt, marks and overrides of staff included."""

    attempt_id: int
    pseudonym: str
    result_id: int
    """The new one."""
    before: float
    after: float
    changes: tuple[Change, ...]

    @property
    def by(self) -> float:
        """Points won; negative for lost."""
        return round(self.after - self.before, 6)


def attempts_to_regrade(book: Gradebook, assignment: str, only: Sequence[str] = ()) -> list[Attempt]:
    """The attempts that count and have a result; of the students `only`, by sid or pseudonym. Raises GradebookError."""
    with book.read() as connection:
        graded = set(connection.execute(select(current_gradings.c.attempt_id)).scalars())
    found = [attempt for attempt in counting_attempts(book, assignment) if attempt.id in graded]
    if not only:
        return found
    chosen = {who: [a for a in found if who == a.pseudonym or a.student_id == student_of(book, who)] for who in only}
    for who, attempts in chosen.items():
        if not attempts:
            raise GradebookError(
                f'"{who}" has no graded attempt of {assignment} in {book.place}. Give a sid or a pseudonym.'
            )
    return list({attempt.id: attempt for attempts in chosen.values() for attempt in attempts}.values())


def moves_of(queue: Queue, attempts: Sequence[Attempt]) -> Iterator[Move]:
    """For each attempt that has another result under the queue's version, what that changes; also where nothing moves."""
    book = queue.book
    marks = current_marks(book, queue.version.assignment)
    ready = result_ids(book, queue.version)
    with book.read() as connection:
        chosen = select(current_gradings.c.attempt_id, current_gradings.c.result_id)
        current = {row.attempt_id: row.result_id for row in connection.execute(chosen)}
    for attempt in attempts:
        new = ready.get(attempt.file_sha256)
        if new is not None and new != current[attempt.id]:
            yield _move(book, attempt, current[attempt.id], new, marks)


def _move(book: Gradebook, attempt: Attempt, old_id: int, new_id: int, marks: dict[tuple[int, str], Mark]) -> Move:
    old, new = result_by_id(book, old_id), result_by_id(book, new_id)
    assert old is not None
    assert new is not None
    before, after = (_earned(attempt.id, result, marks) for result in (old, new))
    verdicts = [{one.id: one.verdict.value for one in result.criteria} for result in (old, new)]
    changes = tuple(
        Change(name, verdicts[0].get(name, "-"), verdicts[1].get(name, "-"), after.get(name, 0) - before.get(name, 0))
        for name in {**before, **after}
        if verdicts[0].get(name) != verdicts[1].get(name) or abs(after.get(name, 0) - before.get(name, 0)) > _EQUAL
    )
    return Move(attempt.id, attempt.pseudonym, new_id, _sum(before, old), _sum(after, new), changes)


def _earned(attempt_id: int, result: Result, marks: dict[tuple[int, str], Mark]) -> dict[str, float]:
    """Criterion → points: those that staff gave stay, whatever the tests say now."""
    earned = {}
    for one in result.criteria:
        mark = marks.get((attempt_id, one.id))
        if mark is not None and mark.points is not None:
            earned[one.id] = mark.points
        else:
            earned[one.id] = 0.0 if Verdict(one.verdict).pending else one.score
    return earned


def _sum(earned: dict[str, float], result: Result) -> float:
    return round(sum(earned.values()), 6) if earned else result.score


def carry_out(book: Gradebook, moves: Sequence[Move], *, policy: Policy, reason: str, author: str) -> list[Move]:
    """Let the new results count, except, under `never-lower`, where a score would fall; those that count now.

    The reason is kept with every attempt, also where the old result stays. What was carried out before stays as it is.
    """
    taken = []
    for move in moves:
        if policy == "never-lower" and move.by < -_EQUAL:
            _note(book, move.attempt_id, policy, reason, author)
        else:
            adopt(book, move.attempt_id, move.result_id, author, policy, reason)
            taken.append(move)
    return taken


def _note(book: Gradebook, attempt_id: int, policy: Policy, reason: str, author: str) -> None:
    with book.write() as connection:
        current = connection.execute(select(current_gradings).where(current_gradings.c.attempt_id == attempt_id)).one()
        if (current.policy, current.reason) != (policy, reason):
            values = {"attempt_id": attempt_id, "result_id": current.result_id, "policy": policy, "reason": reason}
            connection.execute(insert(gradings).values(**values, at=now(), author=author))
