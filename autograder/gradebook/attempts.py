"""What students handed in, and which attempt counts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, Table, insert, select, update

from autograder.gradebook.book import Gradebook
from autograder.gradebook.clock import now
from autograder.gradebook.errors import GradebookError
from autograder.gradebook.packing import packed
from autograder.gradebook.rows import inserted, selected
from autograder.gradebook.tables import attempts, files, set_asides, students
from autograder.gradebook.views import counting


@dataclass(frozen=True)
class Attempt:
    """One hand-in of a student. `number` counts them from 1 in the order in which they were received."""

    id: int
    assignment: str
    student_id: int
    pseudonym: str
    number: int
    file_sha256: str
    file_name: str
    submitted_at: datetime
    late: bool


def receive(
    book: Gradebook,
    assignment: str,
    student_id: int,
    path: Path,
    *,
    submitted_at: datetime | None = None,
    deadline: datetime | None = None,
) -> Attempt:
    """Take in the file or folder at `path`. The same of the same student again is the attempt that is there already.

    It is a new one only when the student handed in something else in between and this, by `submitted_at`, after it.
    """
    if submitted_at is not None and submitted_at.tzinfo is None:
        raise GradebookError(f"{path}: the time {submitted_at} has no time zone. Say which one it is in.")
    name, data = packed(path)
    digest = hashlib.sha256(data).hexdigest()
    received_at = now()
    with book.write() as connection:
        earlier = _rows(connection, assignment, student_id)
        known = _same(earlier, digest, submitted_at)
        _keep(connection, digest, name, data)
        if known:
            return known
        handed_in = submitted_at or received_at
        values = {
            "assignment": assignment,
            "student_id": student_id,
            "number": len(earlier) + 1,
            "file_sha256": digest,
            "file_name": name,
            "submitted_at": handed_in,
            "late": deadline is not None and handed_in > deadline,
            "received_at": received_at,
        }
        new = inserted(connection, insert(attempts).values(**values))
        return _attempts(connection, _chosen(attempts).where(attempts.c.id == new))[0]


def is_new(
    book: Gradebook, assignment: str, student_id: int, path: Path, *, submitted_at: datetime | None = None
) -> bool:
    """Whether `receive` would make a new attempt of what is at `path`. Raises GradebookError when it cannot be read."""
    digest = hashlib.sha256(packed(path)[1]).hexdigest()
    return _same(attempts_of(book, assignment, student_id), digest, submitted_at) is None


def attempts_of(book: Gradebook, assignment: str, student_id: int | None = None) -> list[Attempt]:
    """Every attempt, of one student or of all, in the order in which they were received."""
    with book.read() as connection:
        return _rows(connection, assignment, student_id)


def counting_attempts(book: Gradebook, assignment: str) -> list[Attempt]:
    """One attempt a student: the last one received that was not set aside. In the order of the students' ids."""
    chosen = _chosen(counting).where(counting.c.assignment == assignment).order_by(counting.c.student_id)
    with book.read() as connection:
        return _attempts(connection, chosen)


def attempt_of(book: Gradebook, attempt_id: int) -> Attempt:
    """One attempt by its id. Raises GradebookError when there is none."""
    with book.read() as connection:
        found = _attempts(connection, _chosen(attempts).where(attempts.c.id == attempt_id))
    if not found:
        raise GradebookError(f"There is no attempt number {attempt_id} in {book.place}.")
    return found[0]


def set_aside(book: Gradebook, attempt_id: int, *, reason: str, author: str, aside: bool = True) -> None:
    """Let an attempt not count (it was withdrawn, or is too late), or count again."""
    with book.write() as connection:
        values = {"attempt_id": attempt_id, "aside": aside, "reason": reason, "at": now(), "author": author}
        connection.execute(insert(set_asides).values(**values))


def file_of(book: Gradebook, sha256: str) -> bytes:
    """What was handed in. Raises GradebookError when it is not there, or was purged."""
    rows = selected(book, select(files.c.data).where(files.c.sha256 == sha256))
    if not rows:
        raise GradebookError(f"There is no file {sha256[:12]}… in {book.place}.")
    if rows[0].data is None:
        raise GradebookError(f"The file {sha256[:12]}… was removed from {book.place} by `gradus purge`.")
    return bytes(rows[0].data)


def _same(earlier: list[Attempt], digest: str, submitted_at: datetime | None) -> Attempt | None:
    same = [attempt for attempt in earlier if attempt.file_sha256 == digest]
    if not same:
        return None
    last = earlier[-1]
    if same[-1] is last or submitted_at is None or submitted_at <= last.submitted_at:
        return same[-1]
    return None


def _keep(connection: Connection, digest: str, name: str, data: bytes) -> None:
    """Once, whoever hands it in; again after a purge."""
    there = connection.execute(select(files.c.data.is_(None)).where(files.c.sha256 == digest)).scalar()
    if there is None:
        connection.execute(insert(files).values(sha256=digest, name=name, data=data))
    elif there:
        connection.execute(update(files).where(files.c.sha256 == digest).values(name=name, data=data))


def _chosen(source: Table) -> Select[Any]:
    return select(source, students.c.pseudonym).join(students, students.c.id == source.c.student_id)


def _rows(connection: Connection, assignment: str, student_id: int | None) -> list[Attempt]:
    chosen = _chosen(attempts).where(attempts.c.assignment == assignment).order_by(attempts.c.id)
    if student_id is not None:
        chosen = chosen.where(attempts.c.student_id == student_id)
    return _attempts(connection, chosen)


def _attempts(connection: Connection, chosen: Select[Any]) -> list[Attempt]:
    names = tuple(Attempt.__dataclass_fields__)
    return [Attempt(**{name: getattr(row, name) for name in names}) for row in connection.execute(chosen)]
