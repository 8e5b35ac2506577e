"""Canvas' gradebook export: the scores of one assignment put into its column.

The file is what Grades → Export gives: `Student` (or `LastName`, `FirstName`), `ID`, `SIS User ID`, `SIS Login ID`,
`Integration ID`, `Root Account` and `Section`, of which some may be missing; custom columns; assignments as `Title (id)`; totals.
Below the header may stand a row that says which grades are hidden, then "    Points Possible", in which totals are
`(read only)`. `EX` is an excused submission, `N/A` one of somebody whom the assignment is not for; the test student comes last. As
https://github.com/instructure/canvas-lms/blob/master/lib/gradebook_exporter.rb writes it, and gradebook_importer.rb beside it reads it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.findings import CourseError, Findings
from autograder.returning.csv_cells import CsvCells, read_cells
from autograder.returning.standing import Standing

_IDS = ("SIS User ID", "SIS Login ID", "Integration ID")
_STUDENT = ("Student", "LastName", "FirstName", "ID", *_IDS, "Root Account", "Section")
_TOTALS = re.compile(r"(Current|Final|Override) (Score|Points|Grade|Status)")
_HIDDEN = re.compile(r"\s*(Muted|Manual Posting.*)?\s*", re.IGNORECASE)
_TITLE = re.compile(r"(.*?)\s*\((\d+)\)")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


@dataclass
class Filled:
    """What the file becomes. Students are called by what the file or the roster calls them."""

    column: str = ""
    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    changed: list[tuple[str, str, str]] = field(default_factory=list)
    """Student, the score that stands there, and ours, of those who have one that differs."""
    same: int = 0
    open: list[str] = field(default_factory=list)
    """Students who have something open, whose cells stay as they are."""
    kept: dict[str, str] = field(default_factory=dict)
    """Student → `EX` or `N/A`, which stays."""
    missing: list[str] = field(default_factory=list)
    """Students with a score who are not in the file."""
    without: list[str] = field(default_factory=list)
    """Students of the file who handed nothing in, or are in the roster under other ids."""
    possible: float | None = None
    """Points Possible of the column; None where the file does not say."""


class CanvasFile:
    """A gradebook export of Canvas. Raises CourseError when it is none."""

    def __init__(self, path: Path) -> None:
        self.path, self._wrong = path, Findings()
        self.cells: CsvCells = read_cells(path)
        self.header = [cell.value.strip() for cell in self.cells.rows[0]] if self.cells.rows else []
        if "ID" not in self.header or not {"Student", "LastName"} & set(self.header) or "Section" not in self.header:
            raise CourseError(
                f'{path} is no gradebook export of Canvas: its first line must name "Student", "ID" and "Section". '
                "In Canvas: Grades → Export → Export Entire Gradebook."
            )
        self._points: int | None = None
        self._students = [row for row in range(1, len(self.cells.rows)) if self._is_student(row)]
        self._wrong.raise_if_any()

    def _is_student(self, row: int) -> bool:
        cells = [cell.value for cell in self.cells.rows[row]]
        if "Points Possible" in cells[0]:
            self._points = row
        elif all(_HIDDEN.fullmatch(cell) for cell in cells):
            return False
        elif len(cells) != len(self.header):
            fact = f"{len(cells)} cells where the header has {len(self.header)}."
            self._wrong.add(self.path.name, self.cells.lines[row], fact, "Export it anew from Canvas.")
        else:
            return True
        return False

    def text(self, row: int, column: str) -> str:
        """What stands in a column that may be missing."""
        found = self.cells.rows[row][self.header.index(column)].value if column in self.header else ""
        return unicodedata.normalize("NFC", found).strip()

    def name(self, row: int) -> str:
        """How messages call the student of a row."""
        name = self.text(row, "Student") or f"{self.text(row, 'LastName')}, {self.text(row, 'FirstName')}"
        return "".join(letter if letter.isprintable() else "�" for letter in name)

    def column_of(self, names: tuple[str, ...], chosen: str | None) -> int:
        """The column whose header, title or number is `chosen`, or else one of `names`. Raises CourseError, and lists columns."""
        points = [cell.value for cell in self.cells.rows[self._points]] if self._points is not None else []
        open_to_us = [
            at
            for at, name in enumerate(self.header)
            if name and name not in _STUDENT and not _TOTALS.search(name)
            and not (at < len(points) and "read only" in points[at])
        ]  # fmt: skip
        wanted = {name.casefold() for name in ((chosen,) if chosen else names)}
        found = [at for at in open_to_us if wanted & _spellings(self.header[at])]
        if len(found) == 1:
            return found[0]
        there = ", ".join(f'"{self.header[at]}"' for at in open_to_us) or "none"
        what = f'"{chosen}"' if chosen else " or ".join(f'"{name}"' for name in names)
        problem = "several columns are" if found else "no column for scores is"
        raise CourseError(f"{self.path}: {problem} called {what}. Name one with --column; there are {there}.")

    def possible(self, column: int) -> float | None:
        """Points Possible of a column."""
        if self._points is None or column >= len(self.cells.rows[self._points]):
            return None
        return number_in(self.cells.rows[self._points][column].value)

    def comma(self) -> bool:
        """Whether numbers in it have a decimal comma, as they have in the locales whose files have semicolons."""
        cells = [cell.value.strip() for row in self.cells.rows[1:] for cell in row]
        return any(re.fullmatch(r"\d+,\d+", cell) for cell in cells) and not any(re.fullmatch(r"\d+\.\d+", cell) for cell in cells)

    def owners(self, everybody: list[Standing]) -> tuple[dict[int, Standing], list[int]]:
        """Row → whose it is, and the rows of nobody that we know. Raises CourseError for rows that name two students, or one twice."""
        rows, unknown, wrong = dict[int, Standing](), list[int](), Findings()
        by_sid = {one.person.sid: one for one in everybody if one.person}
        by_email = _unique([(one.person.email.casefold(), one) for one in by_sid.values() if one.person])
        for row in self._students:
            found = [by_sid[self.text(row, column)] for column in _IDS if self.text(row, column) in by_sid]
            login = self.text(row, "SIS Login ID").casefold()
            found += [by_email[login]] if login in by_email else []
            if len({one.student for one in found}) > 1:
                who = " and ".join(sorted({one.student for one in found}))
                self._say(wrong, row, f"{self.name(row)}: its ids are those of {who}.", "Correct the roster.")
            if found:
                rows[row] = found[0]
            else:
                unknown.append(row)
        if not rows:  # Numbers of Canvas may be equal to somebody else's sid: they count where the roster was made from them.
            rows = {row: by_sid[self.text(row, "ID")] for row in unknown if self.text(row, "ID") in by_sid}
            unknown = [row for row in unknown if row not in rows]
        seen: dict[str, int] = {}
        for row, one in rows.items():
            if seen.setdefault(one.student, row) != row:
                where = self.cells.lines[seen[one.student]]
                self._say(wrong, row, f"{one.student} stands in line {where} already.", "Keep one of the two.")
        wrong.raise_if_any()
        return rows, [row for row in unknown if self.name(row) not in ("Student, Test", "Test Student")]

    def _say(self, wrong: Findings, row: int, fact: str, next_step: str) -> None:
        wrong.add(self.path.name, self.cells.lines[row], fact, next_step)


def fill(file: CanvasFile, everybody: list[Standing], column: int, *, pending_too: bool = False) -> Filled:
    """Every decided score in `column`. Raises CourseError, and names the students, when one is above Points Possible."""
    rows, unknown = file.owners(everybody)
    filled = Filled(column=file.header[column], possible=file.possible(column))
    filled.without = [file.name(row) for row in unknown]
    filled.missing = sorted({one.student for one in everybody} - {one.student for one in rows.values()})
    wrong, comma = Findings(), file.comma()
    for row, one in rows.items():
        there = file.cells.rows[row][column].value.strip()
        if there.casefold() in ("ex", "n/a"):
            filled.kept[one.student] = there
        elif one.result is None or (one.open and not pending_too):
            filled.open.append(one.student)
        elif filled.possible is not None and one.score.score > filled.possible + 1e-9:
            fact = f"{one.student}: {written(one.score.score)} points are more than the {written(filled.possible)} possible in Canvas."
            wrong.add(file.path.name, file.cells.lines[row], fact, "Correct the points there, and export anew.")
        else:
            _put(filled, (row, column), one, there, comma)
    wrong.raise_if_any()
    return filled


def _put(filled: Filled, place: tuple[int, int], one: Standing, there: str, comma: bool) -> None:
    ours, before = written(one.score.score), number_in(there)
    if before is not None and round(before, 2) == round(one.score.score, 2):  # Canvas exports two digits of what it holds
        filled.same += 1
        return
    if there:
        filled.changed.append((one.student, there, ours))
    filled.cells[place] = ours.replace(".", ",") if comma else ours


def written(score: float) -> str:
    """Digits, and a point where one is needed: no sign, no exponent, nothing that a spreadsheet runs. Raises ValueError."""
    if not 0 <= score < 1e12:
        raise ValueError(f"{score} is no score")
    return f"{score:.6f}".rstrip("0").rstrip(".")


def number_in(text: str) -> float | None:
    """The number that a cell holds, with a decimal point or comma."""
    found = text.strip()
    return float(found.replace(",", ".")) if _NUMBER.fullmatch(found) else None


def _spellings(header: str) -> set[str]:
    match = _TITLE.fullmatch(header)
    return {header.casefold()} | ({match[1].casefold(), match[2]} if match else set())


def _unique(emails: list[tuple[str, Standing]]) -> dict[str, Standing]:
    texts = [email for email, _ in emails]
    return {email: one for email, one in emails if email and texts.count(email) == 1}
