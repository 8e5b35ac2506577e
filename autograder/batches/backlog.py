"""What of an assignment is still to be graded, under which key, and who may take it over."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, update

from autograder.gradebook import Gradebook
from autograder.gradebook.attempts import Attempt, counting_attempts, file_of
from autograder.gradebook.results import finished
from autograder.gradebook.salts import salt_of
from autograder.gradebook.tables import files, results, tasks
from autograder.gradebook.tasks import Key
from autograder.gradebook.views import current_gradings
from autograder.sandbox.leftovers import abandoned, mark

SEEDS = 2**31
FREE = {"state": "waiting", "claimed_by": None, "claimed_until": None}
"""What a task is that nobody holds."""


@dataclass(frozen=True)
class Version:
    """Under what an assignment is graded: a submission's key is this and its own hash."""

    assignment: str
    assignment_sha256: str
    seed: int

    def key(self, submission_sha256: str) -> Key:
        """The key of one submission."""
        return Key(self.assignment_sha256, submission_sha256, self.seed)


def seed_of(book: Gradebook, assignment: str) -> int:
    """The seed that the assignment was graded with last, so that a resumed class has one.

    Before the first time it follows from the assignment's salt: graders that begin at once draw the same, and share the class.
    """
    query = select(tasks.c.seed).where(tasks.c.assignment == assignment).order_by(tasks.c.id.desc()).limit(1)
    with book.read() as connection:
        found = connection.execute(query).scalar()
    if found is not None:
        return int(found)
    return int.from_bytes(hashlib.sha256(f"seed {salt_of(book, assignment)}".encode()).digest()[:8]) % SEEDS


def ungraded(book: Gradebook, assignment: str) -> list[Attempt]:
    """The attempts that count and have no result yet."""
    with book.read() as connection:
        graded = set(connection.execute(select(current_gradings.c.attempt_id)).scalars())
    return [attempt for attempt in counting_attempts(book, assignment) if attempt.id not in graded]


def versions_of(book: Gradebook, attempts: Iterable[Attempt]) -> dict[int, str]:
    """attempt id → hash of the assignment under which its present result was made."""
    query = (
        select(current_gradings.c.attempt_id, tasks.c.assignment_sha256)
        .join(results, results.c.id == current_gradings.c.result_id)
        .join(tasks, tasks.c.id == results.c.task_id)
    )
    wanted = {attempt.id for attempt in attempts}
    with book.read() as connection:
        return {attempt: digest for attempt, digest in connection.execute(query) if attempt in wanted}


def result_id_of(book: Gradebook, version: Version, submission_sha256: str) -> int | None:
    """The id of the result of one submission under `version`."""
    query = select(results.c.id).join(tasks, tasks.c.id == results.c.task_id).where(*of_version(version))
    with book.read() as connection:
        return connection.execute(query.where(tasks.c.submission_sha256 == submission_sha256)).scalar()


def result_ids(book: Gradebook, version: Version) -> dict[str, int]:
    """Hash of a submission → the id of its result under `version`."""
    return finished(book, version.assignment, version.assignment_sha256, version.seed)


def handed_in(book: Gradebook, submission_sha256: str) -> tuple[str, bytes]:
    """Name and bytes of a submission."""
    query = select(files.c.name).where(files.c.sha256 == submission_sha256)
    with book.read() as connection:
        name = connection.execute(query).scalar()
    return str(name or ""), file_of(book, submission_sha256)


def of_version(version: Version) -> list[ColumnElement[bool]]:
    """What is true of the tasks of `version`."""
    return [
        tasks.c.assignment == version.assignment,
        tasks.c.assignment_sha256 == version.assignment_sha256,
        tasks.c.seed == version.seed,
    ]


# ── who holds a task ─────────────────────────────────────────────────────────────────────────────────────────────────


def our_name() -> str:
    """Who claims: this process, in a way that tells later whether it still lives."""
    return f"{mark()}{platform.node()}"


def take_over(book: Gradebook, version: Version) -> int:
    """Put back what graders hold that were killed on this machine, and what was given up before; how many tasks.

    What graders of other machines hold is theirs until their lease is over.
    """
    claimed = tasks.c.state == "claimed"
    with book.write() as connection:
        held = connection.execute(select(tasks.c.claimed_by).where(*of_version(version), claimed).distinct()).scalars()
        dead = [name for name in held if name and is_dead(name)]
        lost = update(tasks).where(*of_version(version), claimed, tasks.c.claimed_by.in_(dead))
        # That its grader was killed says nothing against a submission: the try does not count.
        number = connection.execute(lost.values(**FREE, tries=tasks.c.tries - 1)).rowcount
        failed = update(tasks).where(*of_version(version), tasks.c.state == "failed")
        return int(number + connection.execute(failed.values(**FREE, tries=0)).rowcount)


def is_dead(name: str) -> bool:
    """Whether the grader that claimed under `name` ran here and is gone."""
    return name.endswith(f"-{platform.node()}") and abandoned(name)
