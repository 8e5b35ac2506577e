"""A roster as a CSV file: read whole, with everything that is wrong with it in one report."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from autograder.course.findings import Findings

COLUMNS = {
    "sid": ("sid", "student id", "student number", "sis user id", "sis id", "matriculation number", "id"),
    "name": ("name", "full name", "student name", "student"),
    "first": ("first name", "given name", "forename"),
    "last": ("last name", "family name", "surname"),
    "email": ("email", "e mail", "email address", "e mail address", "mail"),
    "section": ("section", "sections", "section name", "group"),
}
"""What a column holds → its names in the exports of other systems, those that say it best first."""
_BIDI = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}
"""Characters that turn the direction of the text around them; letters of right-to-left scripts need none."""


@dataclass(frozen=True)
class Entry:
    """One student as a roster file has them; what it does not say is empty."""

    sid: str
    name: str = ""
    email: str = ""
    section: str = ""


@dataclass
class RosterFile:
    """What a file says. `notes` are worth a look and stop nothing."""

    entries: list[Entry] = field(default_factory=list)
    notes: Findings = field(default_factory=Findings)


def read_roster(path: Path) -> RosterFile:
    """The students in a CSV file: a header, then a line each. Raises CourseError with all that is wrong."""
    return _Reader(path).read()


class _Rows(Protocol):
    """What csv.reader gives: rows of cells, and how many lines they took so far."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...


class _Reader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._wrong = Findings()
        self._roster = RosterFile()
        self._seen: dict[str, tuple[int, Entry]] = {}
        self._alike: dict[str, tuple[int, str]] = {}
        self._emails: dict[str, int] = {}

    def read(self) -> RosterFile:
        text = self._text()
        first = next((line for line in text.splitlines() if line.strip()), "")
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
        try:
            self._rows(rows)
        except csv.Error as error:
            self._error(
                rows.line_num,
                f"this cannot be read as CSV ({error}).",
                "Look for a quotation mark that is never closed.",
            )
        self._wrong.raise_if_any()
        if not self._roster.entries:
            self._error(
                None, "there are no students in it.", "Write a header, sid,name,email,section, and a line for each."
            )
            self._wrong.raise_if_any()
        return self._roster

    def _text(self) -> str:
        try:
            data = self._path.read_bytes()
        except OSError as error:
            self._error(None, f"the roster cannot be read ({error.strerror}).", "Look at the path and its permissions.")
        else:
            coding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
            try:
                return data.decode(coding)
            except UnicodeDecodeError as error:
                line = data[: error.start].count(b"\n") + 1
                self._error(line, "this is not UTF-8.", 'Save the file as "CSV UTF-8" and import that.')
        self._wrong.raise_if_any()
        raise AssertionError("unreachable")

    def _rows(self, rows: _Rows) -> None:
        columns: dict[str, int] | None = None
        width, before = 0, 0
        for row in rows:
            line, before = before + 1, rows.line_num  # a quoted cell may hold line breaks
            if not any(cell.strip() for cell in row):
                continue
            if columns is None:
                columns, width = self._header(row, line), len(row)
                if "sid" not in columns:
                    return
            elif len(row) != width:
                self._error(
                    line, f"{len(row)} cells where the header has {width}.", "Quote cells that hold a separator."
                )
            else:
                self._row({kind: row[at] for kind, at in columns.items()}, line)

    def _header(self, row: list[str], line: int) -> dict[str, int]:
        names = [" ".join(cell.casefold().replace("_", " ").replace("-", " ").split()) for cell in row]
        columns = {}
        for kind, spellings in COLUMNS.items():
            found = [names.index(spelling) for spelling in spellings if spelling in names]
            if found:
                columns[kind] = found[0]
        if "sid" not in columns:
            self._error(line, "no column holds the student ids.", f"Name one {_listed(COLUMNS['sid'])}.")
        unused = [_clean(cell)[0] for at, cell in enumerate(row) if at not in columns.values() and cell.strip()]
        if unused:
            self._note(line, f"not used: {', '.join(unused)}.")
        return columns

    def _row(self, cells: dict[str, str], line: int) -> None:
        if "name" not in cells:
            cells["name"] = f"{cells.get('first', '')} {cells.get('last', '')}"
        sid = self._sid(cells["sid"], line)
        texts = {kind: self._cleaned(kind, cells.get(kind, ""), line) for kind in ("name", "email", "section")}
        if sid is None:
            return
        entry = Entry(sid, **texts)
        if sid in self._seen:
            self._again(entry, line)
            return
        self._compare(entry, line)
        self._seen[sid] = (line, entry)
        self._roster.entries.append(entry)

    def _sid(self, cell: str, line: int) -> str | None:
        sid, strange = _clean(cell)
        if strange:
            self._error(line, f'the student id "{sid}" holds {strange}.', "Type it anew.")
        elif not sid:
            self._error(line, "the student id is empty.", "Fill it in, or remove the line.")
        else:
            return sid
        return None

    def _cleaned(self, kind: str, cell: str, line: int) -> str:
        text, strange = _clean(cell)
        if strange:
            self._note(
                line, f"the {kind} holds {strange}, which {'is' if strange.startswith('a ') else 'are'} left out."
            )
        return text

    def _again(self, entry: Entry, line: int) -> None:
        where, earlier = self._seen[entry.sid]
        if entry == earlier:
            self._note(line, f'"{entry.sid}" stands in line {where} already, in the same words.')
        else:
            self._error(line, f'"{entry.sid}" stands in line {where} already, with other data.', "Keep one of the two.")

    def _compare(self, entry: Entry, line: int) -> None:
        alike = unicodedata.normalize("NFKC", entry.sid).casefold()
        where, other = self._alike.setdefault(alike, (line, entry.sid))
        if other != entry.sid:
            self._error(
                line, f'"{entry.sid}" looks like "{other}" in line {where}.', "Write one student's id in one way."
            )
        if entry.email and "@" not in entry.email:
            self._note(line, f'"{entry.email}" is no address of e-mail.')
        elif entry.email and self._emails.setdefault(entry.email.casefold(), line) != line:
            self._note(line, f"line {self._emails[entry.email.casefold()]} has the same e-mail.")

    def _error(self, line: int | None, fact: str, next_step: str) -> None:
        self._wrong.add(self._path.name, line, fact, next_step)

    def _note(self, line: int, fact: str) -> None:
        self._roster.notes.add(self._path.name, line, fact)


def _clean(cell: str) -> tuple[str, str]:
    """The text as it is kept, and what was taken out of it."""
    spaced = " ".join(unicodedata.normalize("NFC", cell).split())
    turning = any(ord(letter) in _BIDI for letter in spaced)
    kept = "".join(ch for ch in spaced if ord(ch) not in _BIDI and unicodedata.category(ch) not in ("Cc", "Cs"))
    if turning:
        return kept.strip(), "characters that change the direction of the text"
    return kept.strip(), "" if kept == spaced else "control characters"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names[:-1]) + f' or "{names[-1]}"'
