"""The queue: what is to be graded, who grades it, and that each is graded exactly once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, and_, func, insert, or_, select, update

from autograder.gradebook.book import Gradebook
from autograder.gradebook.clock import now
from autograder.gradebook.results import write_result
from autograder.gradebook.rows import selected
from autograder.gradebook.tables import tasks
from autograder.grading.result import Result


@dataclass(frozen=True)
class Key:
    """What a result is a function of."""

    assignment_sha256: str
    submission_sha256: str
    seed: int


@dataclass(frozen=True)
class Task:
    """A claimed task. `tries` counts the claims, this one included."""

    id: int
    assignment: str
    key: Key
    tries: int


@dataclass(frozen=True)
class Progress:
    """Numbers of tasks."""

    waiting: int = 0
    claimed: int = 0
    done: int = 0
    failed: int = 0


def enqueue(book: Gradebook, assignment: str, keys: Iterable[Key]) -> int:
    """Add the tasks that are not in the queue yet: how many. The others stay as they are, done ones too."""
    with book.write() as connection:
        new = [key for key in dict.fromkeys(keys) if not _is_there(connection, key)]
        for key in new:
            connection.execute(
                insert(tasks).values(assignment=assignment, state="waiting", tries=0, detail="", **vars(key))
            )
    return len(new)


def claim(
    book: Gradebook,
    assignment: str,
    who: str,
    lease_seconds: float,
    *,
    assignment_sha256: str | None = None,
    seed: int | None = None,
) -> Task | None:
    """The oldest task that waits, or whose lease has run out, for `who` alone; None when there is none.

    One that a grader failed at comes after those that nobody has tried yet.

    `assignment_sha256` and `seed` ask for tasks of one run: others may still wait from before a change of the tests.
    """
    moment = now()
    with book.write() as connection:
        free = or_(tasks.c.state == "waiting", _stale(moment))
        row = connection.execute(
            select(tasks)
            .where(free, *_run(assignment, assignment_sha256, seed))
            .order_by(tasks.c.tries, tasks.c.id)
            .limit(1)
        ).first()
        if row is None:
            return None
        until = moment + timedelta(seconds=lease_seconds)
        values = {"state": "claimed", "claimed_by": who, "claimed_until": until, "tries": row.tries + 1}
        connection.execute(_one(row.id).values(**values))
    return Task(row.id, assignment, Key(row.assignment_sha256, row.submission_sha256, row.seed), row.tries + 1)


def extend(book: Gradebook, task_id: int, who: str, lease_seconds: float) -> bool:
    """Renew the lease of a task that `who` still holds. False when it is somebody else's, or done."""
    with book.write() as connection:
        mine = _one(task_id).where(tasks.c.state == "claimed", tasks.c.claimed_by == who)
        return connection.execute(mine.values(claimed_until=now() + timedelta(seconds=lease_seconds))).rowcount == 1


def finish(book: Gradebook, task_id: int, result: Result) -> bool:
    """Write the result down and the task off, both or neither. False when somebody did before: theirs stays."""
    with book.write() as connection:
        values = {"state": "done", "claimed_by": None, "claimed_until": None, "detail": ""}
        if connection.execute(_one(task_id).where(tasks.c.state != "done").values(**values)).rowcount == 0:
            return False
        write_result(connection, task_id, result)
    return True


def fail(book: Gradebook, task_id: int, detail: str, final: bool) -> None:
    """Note why a task could not be graded: it waits for another try or, when `final`, is given up."""
    values = {
        "state": "failed" if final else "waiting", "claimed_by": None, "claimed_until": None, "detail": detail
    }  # fmt: skip
    with book.write() as connection:
        connection.execute(_one(task_id).where(tasks.c.state != "done").values(**values))


def release_stale(book: Gradebook, assignment: str | None = None, *, claimed_by: str | None = None) -> int:
    """Put back tasks whose lease has run out, and all that `claimed_by` holds: how many."""
    free = _stale(now())
    if claimed_by is not None:
        free = or_(free, and_(tasks.c.state == "claimed", tasks.c.claimed_by == claimed_by))
    return _put_back(book, free, assignment)


def retry_failed(book: Gradebook, assignment: str) -> int:
    """Let the tasks that were given up wait again: how many."""
    return _put_back(book, tasks.c.state == "failed", assignment)


def progress_of(
    book: Gradebook, assignment: str, assignment_sha256: str | None = None, seed: int | None = None
) -> Progress:
    """How many tasks of one run, or of all of an assignment, are in which state."""
    chosen = (
        select(tasks.c.state, func.count()).where(*_run(assignment, assignment_sha256, seed)).group_by(tasks.c.state)
    )
    return Progress(**{row[0]: row[1] for row in selected(book, chosen)})


def failed_tasks(book: Gradebook, assignment: str) -> dict[str, str]:
    """Submission hash → why it was given up."""
    chosen = select(tasks).where(tasks.c.assignment == assignment, tasks.c.state == "failed").order_by(tasks.c.id)
    return {row.submission_sha256: row.detail for row in selected(book, chosen)}


def _put_back(book: Gradebook, those: ColumnElement[bool], assignment: str | None) -> int:
    statement = update(tasks).where(those).values(state="waiting", claimed_by=None, claimed_until=None)
    if assignment is not None:
        statement = statement.where(tasks.c.assignment == assignment)
    with book.write() as connection:
        return connection.execute(statement).rowcount


def _is_there(connection: Connection, key: Key) -> bool:
    same = [tasks.c[name] == value for name, value in vars(key).items()]
    return connection.execute(select(tasks.c.id).where(*same)).first() is not None


def _one(task_id: int) -> Update:
    return update(tasks).where(tasks.c.id == task_id)


def _stale(moment: Any) -> ColumnElement[bool]:
    return and_(tasks.c.state == "claimed", tasks.c.claimed_until < moment)


def _run(assignment: str, assignment_sha256: str | None, seed: int | None) -> list[ColumnElement[bool]]:
    chosen = [tasks.c.assignment == assignment]
    if assignment_sha256 is not None:
        chosen.append(tasks.c.assignment_sha256 == assignment_sha256)
    if seed is not None:
        chosen.append(tasks.c.seed == seed)
    return chosen
