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
from autograder.gradebook.roster_format import (
    CANVAS,
    COLUMNS,
    FORMATS,
    PLAIN,
    Format,
    display_name,
    format_of,
    named,
    no_student,
)

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
    format: Format = PLAIN
    sid_column: str = ""
    """The header of the column that student ids were taken from."""


def read_roster(path: Path, *, format: str | None = None, sid: str | None = None) -> RosterFile:
    """The students in a CSV file: a header, then a line each. Raises CourseError with all that is wrong.

    `format` is a name of `roster_format.FORMATS`, else the header says which it is; `sid` names the column of the student ids.
    """
    return _Reader(path, format, sid).read()


class _Rows(Protocol):
    """What csv.reader gives: rows of cells, and how many lines they took so far."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...


class _Reader:
    def __init__(self, path: Path, format: str | None, sid: str | None) -> None:
        self._path = path
        self._forced, self._sid_column = format, sid
        self._wrong = Findings()
        self._roster = RosterFile()
        self._seen: dict[str, tuple[int, Entry]] = {}
        self._alike: dict[str, tuple[int, str]] = {}
        self._emails: dict[str, int] = {}
        self._names: list[str] = []

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
            elif not self._is_student(row, line):
                continue
            elif len(row) != width:
                self._error(
                    line, f"{len(row)} cells where the header has {width}.", "Quote cells that hold a separator."
                )
            else:
                self._row({kind: row[at] for kind, at in columns.items()}, line)

    def _is_student(self, row: list[str], line: int) -> bool:
        why = no_student(self._roster.format, dict(zip(self._names, row, strict=False)), row)
        if why and why != "points":
            self._note(line, f"left out: {why}.")
        return not why

    def _header(self, row: list[str], line: int) -> dict[str, int]:
        names = self._names = [named(cell) for cell in row]
        format = self._roster.format = FORMATS[self._forced] if self._forced else format_of(row)
        if not format.is_it(row):
            needed = " or ".join(", ".join(sorted(columns)) for columns in format.needs)
            self._error(line, f"this is no {format.title}.", f"Its header has {needed}. Leave --format out.")
            return {}
        columns = {}
        for kind in COLUMNS:
            wanted = (named(self._sid_column),) if kind == "sid" and self._sid_column else format.names(kind)
            found = [names.index(spelling) for spelling in wanted if spelling in names]
            if found:
                columns[kind] = found[0]
        if "sid" not in columns:
            self._error(line, "no column holds the student ids.", f"Name one {self._wanted(format)}.")
            return {}
        self._roster.sid_column = _clean(row[columns["sid"]])[0]
        unused = [_clean(cell)[0] for at, cell in enumerate(row) if at not in columns.values() and cell.strip()]
        if unused and format is PLAIN:
            self._note(line, f"not used: {', '.join(unused)}.")
        return columns

    def _wanted(self, format: Format) -> str:
        return f'"{self._sid_column}"' if self._sid_column else _listed(format.names("sid"))

    def _row(self, cells: dict[str, str], line: int) -> None:
        if "name" not in cells:
            cells["name"] = f"{cells.get('first', '')} {cells.get('last', '')}"
        cells["name"] = display_name(self._roster.format, cells["name"].strip())
        if self._roster.format is CANVAS and "@" not in cells.get("email", ""):
            cells["email"] = ""  # a login, which is an address at some universities only
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
            step = f"Fill in {self._roster.sid_column}, remove the line, or take another column with --sid."
            plain = self._roster.format is PLAIN
            self._error(line, "the student id is empty.", "Fill it in, or remove the line." if plain else step)
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
        if entry == earlier and self._roster.format.repeats:
            return
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
