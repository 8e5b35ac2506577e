"""Are the markers of the source notebook what they seem? One that is not would ship the answer in silence."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.course.findings import Findings
from autograder.course.notebook import BEGIN, END, Cell, Notebook

_CLOSE_ENOUGH = 0.87  # of two letters swapped, one missing or one too many in BEGINSOLUTION
_LEFTOVER = re.compile(r"\b(BEGIN|END)[\s_-]+(HIDDEN[\s_-]+TESTS?|TESTS?|PROMPT)\b", re.IGNORECASE)
_SCHEME = re.compile(r"\b(BEGIN|END)[\s_-]+MARK(ING)?[\s_-]+SCHEME\b", re.IGNORECASE)
_OTTER_LINE = re.compile(r"#\s*SOLUTION(\s+NO\s+PROMPT)?\s*$")


@dataclass(frozen=True)
class Region:
    """Lines between a BEGIN and an END marker of a cell."""

    cell: Cell
    begin: int
    """1-based line of the BEGIN marker."""
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def regions(cell: Cell) -> list[Region]:
    """The solution regions of a cell whose markers are sound."""
    found: list[Region] = []
    begin: int | None = None
    lines = cell.source.split("\n")
    for number, line in enumerate(lines, start=1):
        if line.strip() == BEGIN:
            begin = number
        elif line.strip() == END and begin is not None:
            found.append(Region(cell, begin, tuple(lines[begin : number - 1])))
            begin = None
    return found


def outside_regions(cell: Cell) -> str:
    """What students get of a solution cell: its text without regions."""
    kept, inside = [], False
    for line in cell.source.split("\n"):
        if line.strip() == BEGIN:
            inside = True
        elif line.strip() == END:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def check_markers(notebook: Notebook, file: str, findings: Findings) -> None:
    """Add one finding for every marker that would not do what its author meant."""
    for cell in notebook.cells:
        for line, message, next_step in _defects(cell):
            place = cell.place(line) if line else cell.label
            findings.add(file, None, f"{place}: {message}", next_step)


Defect = tuple[int | None, str, str]


def _defects(cell: Cell) -> Iterator[Defect]:
    yield from _misspelt(cell)
    yield from _leftovers(cell)
    yield from _mark_schemes(cell)
    if cell.type != "code":
        yield from _outside_code(cell)
    elif not cell.solution:
        yield from _outside_solution_cells(cell)
    else:
        yield from _unpaired(cell)
        yield from _badly_indented(cell)


def _markers(cell: Cell) -> list[tuple[int, str]]:
    """Line number and text of the well-spelt markers."""
    lines = enumerate(cell.source.split("\n"), start=1)
    return [(number, line.strip()) for number, line in lines if line.strip() in (BEGIN, END)]


def _misspelt(cell: Cell) -> Iterator[Defect]:
    for number, line in enumerate(cell.source.split("\n"), start=1):
        meant = _meant(line, cell.type)
        if meant is not None and line.strip() != meant:
            shown = line.strip() if len(line.strip()) <= 50 else line.strip()[:49] + "…"
            yield number, f'"{shown}" is not a marker.', f'Write "{meant}", alone on its line.'
        if cell.type == "code" and _OTTER_LINE.search(line) and meant is None:
            yield (
                number,
                '"# SOLUTION" behind a line does not hide it.',
                f'Put "{BEGIN}" above and "{END}" below.',
            )


def _meant(line: str, kind: str) -> str | None:
    """The marker that a line is, or was probably meant to be."""
    for marker in (BEGIN, END):
        if marker.removeprefix("# ") in line:
            return marker
    if kind == "code" and not line.strip().startswith("#"):
        return None
    letters = re.sub(r"[^A-Z]", "", line.upper())
    if re.fullmatch(r"(BEGIN|START)(OF)?(THE)?SOLUTIONS?", letters):
        return BEGIN
    if re.fullmatch(r"(END|STOP|FINISH)(OF)?(THE)?SOLUTIONS?", letters):
        return END
    for marker in (BEGIN, END):
        plain = marker.removeprefix("# ").replace(" ", "")
        if difflib.SequenceMatcher(None, letters, plain).ratio() >= _CLOSE_ENOUGH:
            return marker
    return None


def _leftovers(cell: Cell) -> Iterator[Defect]:
    for number, line in enumerate(cell.source.split("\n"), start=1):
        match = _LEFTOVER.search(line)
        if match and (cell.type != "code" or line.strip().startswith(("#", '"""', "'''"))):
            next_step = "Move hidden tests to tests/hidden/, public ones to tests/public/, and delete this line."
            yield number, f'"{match[0]}" is a marker of another kit.', next_step


def _mark_schemes(cell: Cell) -> Iterator[Defect]:
    """nbgrader strips a marking scheme from a task cell; elsewhere it ships it, or stops without a place."""
    open_at: int | None = None
    for number, line in enumerate(cell.source.split("\n"), start=1):
        match = _SCHEME.search(line)
        if not match:
            continue
        if not cell.task:
            yield (
                number,
                f'"{match[0]}" stands outside a task cell.',
                "Put what TAs read into the rubric's levels.",
            )
        elif match[0] not in ("BEGIN MARK SCHEME", "END MARK SCHEME"):
            yield number, f'"{match[0]}" is not a marker.', f'Write "{match[1].upper()} MARK SCHEME".'
        elif (match[1] == "BEGIN") == (open_at is not None):
            yield number, f'"{match[0]}" has no partner.', "Write BEGIN and END MARK SCHEME in pairs."
        else:
            open_at = number if match[1] == "BEGIN" else None
    if open_at is not None:
        yield open_at, "BEGIN MARK SCHEME is never closed.", 'Add "END MARK SCHEME" below it.'


def _outside_code(cell: Cell) -> Iterator[Defect]:
    for number, marker in _markers(cell):
        next_step = "Written answers need no markers: the whole cell is replaced. Delete the line."
        yield number, f'"{marker}" stands in a {cell.type} cell.', next_step


def _outside_solution_cells(cell: Cell) -> Iterator[Defect]:
    for number, marker in _markers(cell):
        next_step = 'Give the cell nbgrader metadata with "solution: true" and the grade_id of its question.'
        yield number, f'"{marker}" stands in a cell that is not a solution cell.', next_step


def _unpaired(cell: Cell) -> Iterator[Defect]:
    open_at: int | None = None
    for number, marker in _markers(cell):
        if marker == BEGIN and open_at is not None:
            next_step = f'Add "{END}" above it.'
            yield number, f"BEGIN SOLUTION stands inside the region that begins in line {open_at}.", next_step
        elif marker == END and open_at is None:
            yield number, "END SOLUTION without BEGIN SOLUTION.", f'Add "{BEGIN}" above the answer.'
        open_at = number if marker == BEGIN else None
    if open_at is not None:
        yield open_at, "BEGIN SOLUTION is never closed.", f'Add "{END}" below the answer.'
    if not any(_meant(line, cell.type) for line in cell.source.split("\n")):
        next_step = f'Put "{BEGIN}" and "{END}" around the answer.'
        yield None, "the solution cell has no solution region.", next_step


def _badly_indented(cell: Cell) -> Iterator[Defect]:
    lines = cell.source.split("\n")
    for region in regions(cell):
        code = [line for line in region.lines if line.strip() and not line.strip().startswith("#")]
        if not code:
            yield (
                region.begin,
                "the solution region is empty.",
                "Put the answer into it, or remove the markers.",
            )
        elif _indent(code[0]) != _indent(lines[region.begin - 1]):
            next_step = "Indent both alike: the stub stands where the marker stood."
            yield region.begin, "BEGIN SOLUTION is not indented like the answer below it.", next_step


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
