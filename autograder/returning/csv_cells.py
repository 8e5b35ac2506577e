"""A CSV file of somebody else, in which some cells are filled and every other byte stays."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from autograder.course.findings import CourseError

_CELL = r'"(?:[^"]|"")*"|[^%s\r\n"][^%s\r\n]*|'
_CODINGS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


@dataclass(frozen=True)
class Cell:
    """What a cell says, and where it stands in the text."""

    value: str
    start: int
    end: int


@dataclass
class CsvCells:
    """The file's text and its rows; `line` of a row is `lines[row]`."""

    text: str
    coding: str
    delimiter: str
    rows: list[list[Cell]]
    lines: list[int]

    def filled(self, cells: dict[tuple[int, int], str]) -> bytes:
        """The file with these cells, by row and column. A cell keeps its quotation marks, and gets some where it needs them."""
        pieces, at = [], 0
        for (row, column), value in sorted(cells.items()):
            cell = self.rows[row][column]
            quoted = self.text[cell.start : cell.end].startswith('"') or any(mark in value for mark in f'{self.delimiter}"\r\n')
            pieces += [self.text[at : cell.start], '"' + value.replace('"', '""') + '"' if quoted else value]
            at = cell.end
        return "".join([*pieces, self.text[at:]]).encode(self.coding)


def read_cells(path: Path) -> CsvCells:
    """The cells of a file. Raises CourseError when it is not CSV in UTF-8 or UTF-16.

    Python's csv module reads it, too: where the two do not see the same cells, it is refused.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CourseError(f"{path} cannot be read ({error.strerror}). Look at the path and its permissions.") from error
    coding = next((coding for mark, coding in _CODINGS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(coding)
    except UnicodeDecodeError:
        raise CourseError(f"{path} is not UTF-8. Export it anew, and do not save it with a spreadsheet.") from None
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    found = _scanned(text, coding, delimiter)
    try:
        same = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise CourseError(f"{path} cannot be read as CSV ({error}). Export it anew.") from None
    if [[cell.value for cell in row] for row in found.rows] != [row for row in same if row]:
        raise CourseError(f"{path} has quotation marks that can be read in two ways. Export it anew.")
    return found


def _scanned(text: str, coding: str, delimiter: str) -> CsvCells:
    pattern = re.compile(_CELL % (delimiter, delimiter))
    found = CsvCells(text, coding, delimiter, [], [])
    at, line, row = int(text.startswith("\ufeff")), 1, list[Cell]()
    while True:
        match = pattern.match(text, at)
        assert match is not None  # the empty cell always matches
        raw = match[0]
        value = raw[1:-1].replace('""', '"') if raw.startswith('"') else raw
        row.append(Cell(value, at, match.end()))
        at, mark = match.end(), text[match.end() : match.end() + 1]
        if mark == delimiter:
            at += 1
            continue
        if len(row) > 1 or row[0].end > row[0].start:  # csv leaves empty lines out
            found.rows.append(row)
            found.lines.append(line)
        line += sum(cell.value.count("\n") for cell in row) + 1
        row = []
        at += 2 if text[at : at + 2] == "\r\n" else 1
        if at >= len(text) or mark not in ("", "\r", "\n"):
            return found
