"""Who the students are. Of the gradebook only this, handed-in files and what people wrote may name somebody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from autograder.gradebook.book import Gradebook
from autograder.gradebook.errors import GradebookError
from autograder.gradebook.pseudonyms import new_student
from autograder.gradebook.roster_file import Entry
from autograder.gradebook.rows import selected
from autograder.gradebook.tables import roster, students


@dataclass(frozen=True)
class Person:
    """A student of the roster."""

    student_id: int
    pseudonym: str
    sid: str
    name: str
    email: str
    section: str


@dataclass(frozen=True)
class Imported:
    """What an import does, or with `preview` would do: sids."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    """In the roster and not in the file: they stay."""


def import_roster(book: Gradebook, entries: Iterable[Entry], *, preview: bool = False) -> Imported:
    """Bring the roster up to `entries` (`roster_file.py` reads them), by sid: all of them or, after an error, none."""
    with book.read() if preview else book.write() as connection:
        known = {person.sid: person for person in _people(connection)}
        kinds: dict[str, list[str]] = {"new": [], "changed": [], "same": []}
        wanted = {entry.sid: entry for entry in entries}
        for entry in wanted.values():
            kind = _kind(known.get(entry.sid), entry)
            kinds[kind].append(entry.sid)
            if not preview and kind != "same":
                _write(connection, known.get(entry.sid), entry)
    absent = tuple(sid for sid in known if sid not in wanted)
    return Imported(absent=absent, **{kind: tuple(sids) for kind, sids in kinds.items()})


def add_person(book: Gradebook, sid: str, name: str = "", email: str = "", section: str = "") -> Person:
    """The student with this sid, who is put into the roster when nobody there has it."""
    entry = Entry(sid, name, email, section)
    with book.write() as connection:
        known = next((person for person in _people(connection, sid)), None)
        if known is None:
            _write(connection, None, entry)
        return known or _people(connection, sid)[0]


def people(book: Gradebook) -> list[Person]:
    """The roster, by sid."""
    with book.read() as connection:
        return _people(connection)


def student_of(book: Gradebook, sid: str) -> int | None:
    """The id of the student with this sid; None for one who is not in the roster."""
    rows = selected(book, select(roster.c.student_id).where(roster.c.sid == sid))
    return rows[0].student_id if rows else None


def pseudonym_of(book: Gradebook, student_id: int) -> str:
    """What TAs call the student."""
    rows = selected(book, select(students.c.pseudonym).where(students.c.id == student_id))
    if not rows:
        raise GradebookError(f"There is no student number {student_id} in {book.place}.")
    return str(rows[0].pseudonym)


def _people(connection: Connection, sid: str | None = None) -> list[Person]:
    chosen = select(roster, students.c.pseudonym).join(students).order_by(roster.c.sid)
    if sid is not None:
        chosen = chosen.where(roster.c.sid == sid)
    return [
        Person(row.student_id, row.pseudonym, row.sid, row.name, row.email, row.section)
        for row in connection.execute(chosen)
    ]


def _kind(known: Person | None, entry: Entry) -> str:
    if known is None:
        return "new"
    return "same" if (known.name, known.email, known.section) == (entry.name, entry.email, entry.section) else "changed"


def _write(connection: Connection, known: Person | None, entry: Entry) -> None:
    about = {"name": entry.name, "email": entry.email, "section": entry.section}
    if known:
        connection.execute(update(roster).where(roster.c.student_id == known.student_id).values(**about))
    else:
        connection.execute(insert(roster).values(student_id=new_student(connection), sid=entry.sid, **about))
