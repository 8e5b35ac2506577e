"""What a TA changed in a student's code: which cells can be edited, what was edited, and the change as a patch."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.grading.result import CriterionResult, Result
from autograder.report.feedback import CriterionView, criterion_view
from autograder.submissions.cells import SeenCell
from autograder.submissions.opened import answers

MOST_TEXT = 300_000
"""Characters of code that a page offers for editing, all cells together."""


@dataclass(frozen=True)
class Editable:
    """The code of a submission, in the parts in which a page shows it."""

    answer: tuple[SeenCell, ...]
    """Of the question; where it has no code, of all questions."""
    other: tuple[SeenCell, ...]
    too_long: bool = False
    """Some cells are left out."""

    @property
    def cells(self) -> tuple[SeenCell, ...]:
        return (*self.answer, *self.other)


def editable(cells: Sequence[SeenCell], question: str, criterion: str) -> Editable:
    """What may be edited for a criterion."""
    code = [cell for cell in cells if cell.type == "code"]
    own = [cell for cell in answers(cells, question, criterion) if cell.type == "code"]
    own = own or [cell for cell in code if cell.grade_id] or code
    ordered = [*own, *(cell for cell in code if cell not in own)]
    shown: list[SeenCell] = []
    room = MOST_TEXT
    for cell in ordered:
        room -= len(cell.source)
        if room >= 0:
            shown.append(cell)
    return Editable(
        tuple(cell for cell in shown if cell in own),
        tuple(cell for cell in shown if cell not in own),
        len(shown) < len(code),
    )


def edits_of(cells: Sequence[SeenCell], form: Mapping[str, str]) -> dict[int, str]:
    """Number of a cell → its new text, of the fields `cell-N` of a form that say something else than the cell does."""
    found = {}
    for cell in cells:
        text = form.get(f"cell-{cell.index}")
        if text is not None and _lines(text) != _lines(cell.source):
            found[cell.index] = _lines(text)
    return found


def patch_of(cells: Sequence[SeenCell], edits: Mapping[int, str]) -> str:
    """The edits as a unified diff, cell by cell."""
    parts: list[str] = []
    for cell in cells:
        if cell.index in edits:
            name = f"cell {cell.index}" + (f" ({cell.grade_id})" if cell.grade_id else "")
            old, new = _lines(cell.source).split("\n"), edits[cell.index].split("\n")
            parts += difflib.unified_diff(old, new, f"{name}, as handed in", f"{name}, tried", lineterm="")
    return "\n".join(parts)


def _lines(text: str) -> str:
    """As browsers send it: every line ends alike."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True)
class Change:
    """One criterion before and after."""

    before: CriterionView | None
    after: CriterionView
    gain: float

    @property
    def moved(self) -> bool:
        return self.gain != 0 or self.before is None or self.before.face != self.after.face


def changes(before: Result | None, after: Result) -> list[Change]:
    """The criteria that tests decide, those that moved first."""
    old = {one.id: one for one in before.criteria} if before else {}
    found = [_change(old.get(one.id), one) for one in after.criteria if one.kind == "tests"]
    return sorted(found, key=lambda one: not one.moved)


def _change(old: CriterionResult | None, new: CriterionResult) -> Change:
    gain = round(new.score - (old.score if old else 0.0), 6)
    return Change(criterion_view(old, "1") if old else None, criterion_view(new, "1"), gain)


def gain(before: Result | None, after: Result) -> float:
    """Points that tests would have given besides."""
    return round(sum(one.gain for one in changes(before, after)), 6)
