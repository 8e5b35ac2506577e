"""Remove personal data: handed-in files and their names, fixes tried on them and, for the whole course, the roster.

Pseudonyms, results and marks stay; what people wrote goes when it is asked for.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, ScalarSelect, delete, func, insert, select, text, update

from autograder.gradebook.book import Gradebook
from autograder.gradebook.clock import now
from autograder.gradebook.errors import GradebookError
from autograder.gradebook.tables import attempts, files, marks, purges, roster
from autograder.gradebook.written import WRITTEN, count_words, remove_words

_EMPTIED = ("files", "roster", "attempts", *(column.table.name for column in WRITTEN))


@dataclass(frozen=True)
class Purge:
    """What goes: numbers."""

    people: int
    files: int
    bytes: int
    shared: int
    """Files that stay because another assignment has them too."""
    words: int
    """Comments, requests and their answers, notes and reasons."""


def plan_purge(book: Gradebook, assignment: str | None = None, *, words: bool = False) -> Purge:
    """What `purge` would remove of an assignment or, with None, of the course; with `words`, what people wrote, too."""
    with book.read() as connection:
        return _plan(connection, assignment, words)


def purge(
    book: Gradebook, assignment: str | None = None, *, words: bool = False, author: str = "gradus"
) -> Purge:
    """Remove it, and note that it was done."""
    with book.write() as connection:
        gone = _plan(connection, assignment, words)
        connection.execute(update(files).where(*_files(assignment)).values(name="", data=None))
        named = update(attempts).where(attempts.c.file_name != "")
        patched = update(marks).where(marks.c.patch.is_not(None))
        if assignment is None:
            connection.execute(delete(roster))
        else:
            named = named.where(attempts.c.assignment == assignment)
            own = select(attempts.c.id).where(attempts.c.assignment == assignment).scalar_subquery()
            patched = patched.where(marks.c.attempt_id.in_(own))
        connection.execute(named.values(file_name=""))
        connection.execute(patched.values(patch=None))
        if words:
            remove_words(connection, assignment)
        values = {"assignment": assignment, "people": gone.people, "files": gone.files, "words": gone.words}
        connection.execute(insert(purges).values(**values, at=now(), author=author))
    _wipe(book)
    return gone


def _plan(connection: Connection, assignment: str | None, words: bool) -> Purge:
    written = count_words(connection, assignment) if words else 0
    size = func.coalesce(func.sum(func.length(files.c.data)), 0)
    number, total = connection.execute(select(func.count(), size).where(*_files(assignment))).one()
    people = 0 if assignment else connection.execute(select(func.count()).select_from(roster)).scalar_one()
    if assignment is None:
        return Purge(people, number, int(total), 0, written)
    theirs = select(func.count()).where(files.c.data.is_not(None), files.c.sha256.in_(_handed_in(assignment)))
    return Purge(people, number, int(total), connection.execute(theirs).scalar_one() - number, written)


def _files(assignment: str | None) -> list[ColumnElement[bool]]:
    """Files that are there, and that no other assignment has."""
    there: list[ColumnElement[bool]] = [files.c.data.is_not(None)]
    if assignment is not None:
        elsewhere = select(attempts.c.file_sha256).where(attempts.c.assignment != assignment).scalar_subquery()
        there += [files.c.sha256.in_(_handed_in(assignment)), files.c.sha256.not_in(elsewhere)]
    return there


def _handed_in(assignment: str) -> ScalarSelect[str]:
    return select(attempts.c.file_sha256).where(attempts.c.assignment == assignment).scalar_subquery()


def _wipe(book: Gradebook) -> None:
    """Overwrite what databases leave on the disk after a row is gone. Not in a transaction: VACUUM is one."""
    if book.place.file is None:
        with book.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"VACUUM FULL {', '.join(_EMPTIED)}"))
        return
    with book.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        try:
            for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                driver.execute(statement)
        except sqlite3.Error as error:
            raise GradebookError(
                f"The data are removed, but what the disk held of them is not overwritten yet ({error}). "
                "Let nobody else use the gradebook, then purge again."
            ) from error
