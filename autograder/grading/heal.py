"""From a submitted notebook to the cells that are graded, with what was deleted, doubled or changed put right.

The source notebook says which cells there are: given ones are always taken from it, answers from the student, found by
their grade_id. Every repair is logged; the student reads it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from autograder.course.models import Assignment
from autograder.course.notebook import Cell as NotebookCell
from autograder.course.notebook import Notebook, is_stub, without_jupyter_commands
from autograder.grading.archive import Rejected
from autograder.grading.result import Repair
from autograder.sandbox.submission import Cell

_OTHER_LANGUAGE = re.compile(r"\s*%%(?!time|timeit|capture|prun)(\w+)")


@dataclass
class _Part:
    """One cell of the module being put together; `order` is its place in the source, -1 for the student's own."""

    order: int
    cell: Cell


def heal(source: Notebook, student: Notebook, assignment: Assignment) -> tuple[tuple[Cell, ...], list[Repair]]:
    """The cells to grade and the repairs made. Raises Rejected for a notebook that is of another assignment."""
    return _Healer(source, assignment).heal(student)


class _Healer:
    def __init__(self, source: Notebook, assignment: Assignment) -> None:
        self.assignment = assignment
        self.repairs: list[Repair] = []
        self.wanted = [cell for cell in source.cells if cell.type == "code" and (cell.export or cell.solution)]
        self.order = {cell.index: place for place, cell in enumerate(self.wanted)}
        self.by_grade_id = {cell.grade_id: cell for cell in self.wanted if cell.grade_id}
        self.by_id = {cell.id: cell for cell in self.wanted if cell.id and not cell.solution}
        self.by_text = {cell.source.strip(): cell for cell in self.wanted if not cell.solution}
        self.parts: list[_Part] = []

    def heal(self, student: Notebook) -> tuple[tuple[Cell, ...], list[Repair]]:
        answers = self._answers(student)
        for cell in student.cells:
            original = self._original(cell)
            if original is None:
                if cell.export:
                    self._add(-1, cell, None)
            elif original.solution:
                if cell.index in answers:
                    self._add(self.order[original.index], cell, original)
            else:
                self._given(original, cell)
        self._restore_missing(student)
        if not any(part.cell.question for part in self.parts):
            raise Rejected(
                "None of the cells of this assignment is in the notebook. "
                f"Hand in the {self.assignment.slug}.ipynb you were given, with your answers in it."
            )
        return tuple(part.cell for part in self.parts), self.repairs

    def _original(self, cell: NotebookCell) -> NotebookCell | None:
        found = self.by_grade_id.get(cell.grade_id) if cell.grade_id else None
        found = found or (self.by_id.get(cell.id) if cell.id else None)
        return found or (self.by_text.get(cell.source.strip()) if cell.export else None)

    def _answers(self, student: Notebook) -> set[int]:
        """Indices of the answer cells that count. A cell that was copied counts once per text, untouched copies not at all."""
        kept: set[int] = set()
        for grade_id, original in self.by_grade_id.items():
            copies = [cell for cell in student.cells if cell.grade_id == grade_id and original.solution]
            touched = [cell for cell in copies if not is_stub(cell.source)] or copies[:1]
            for cell in copies:
                if cell not in touched:
                    self._log(cell, original, "an untouched copy of an answer cell was left out")
            kept |= {cell.index for cell in touched}
            if len(touched) > 1:
                cells = ", ".join(str(cell.index) for cell in touched)
                self._log(
                    touched[-1],
                    original,
                    f"the answer stands in {len(touched)} cells ({cells}), which were executed in order",
                )
        return kept

    def _add(self, order: int, cell: NotebookCell, original: NotebookCell | None) -> None:
        other = _OTHER_LANGUAGE.match(cell.source)
        if other is not None:
            self._log(cell, original, f"the cell begins with %%{other.group(1)[:20]} and is no Python; it was left out")
            return
        if cell.type != "code":
            self._log(cell, original, f"a {cell.type} cell was read as code")
        text, magics = without_jupyter_commands(cell.source)
        if magics:
            self._log(cell, original, "Jupyter commands (% and ! lines) were left out")
        question = original.question if original is not None else None
        self.parts.append(_Part(order, Cell(_label(cell), text, question)))

    def _given(self, original: NotebookCell, cell: NotebookCell) -> None:
        order = self.order[original.index]
        if any(part.order == order for part in self.parts):
            return
        if cell.source.strip() != original.source.strip():
            self._log(cell, original, "a given cell was changed; the original was used")
        self.parts.append(_Part(order, Cell(_label(cell), original.source)))

    def _restore_missing(self, student: Notebook) -> None:
        """Given cells come back from the source; answers are looked for where their names are defined."""
        for original in self.wanted:
            order = self.order[original.index]
            present = [part.cell for part in self.parts if part.order == order]
            if original.solution and all(is_stub(cell.source) for cell in present):
                self._look_for_answer(original, order, student, stub=bool(present))
            elif not present:
                self._insert(_Part(order, Cell(f"given cell {order + 1}", original.source)))
                self.repairs.append(Repair(cell=None, question=None, what="a given cell was missing and was put back"))

    def _look_for_answer(self, original: NotebookCell, order: int, student: Notebook, *, stub: bool) -> None:
        """The last other cell that defines what `original` asks for; `stub`: the answer cell stands there, unanswered."""
        question = self.assignment.question(original.question or "")
        targets = Cell("", original.source).names.intersection(question.targets if question is not None else ())
        for cell in reversed(student.cells):
            if cell.type != "code" or cell.export or self._original(cell) is not None:
                continue
            text = without_jupyter_commands(cell.source)[0]
            if targets & Cell(_label(cell), text).names:
                self._insert(_Part(order, Cell(_label(cell), text, original.question)))
                reason = "the answer cell is the untouched stub" if stub else "the answer cell is missing"
                self._log(cell, original, f"{reason}; the answer was found here by its name")
                return
        if not stub:
            what = "the answer cell is missing from the notebook"
            self.repairs.append(Repair(cell=None, question=original.question, what=what))

    def _insert(self, new: _Part) -> None:
        """After the last cell that comes before it in the source."""
        before = [place for place, part in enumerate(self.parts) if 0 <= part.order <= new.order]
        self.parts.insert(before[-1] + 1 if before else 0, new)

    def _log(self, cell: NotebookCell, original: NotebookCell | None, what: str) -> None:
        self.repairs.append(Repair(cell=cell.index, question=original.question if original else None, what=what))


def _label(cell: NotebookCell) -> str:
    """What a student reads: the answer key may be kept as a text, whose lines are no place in a notebook."""
    return f"cell {cell.index}"
