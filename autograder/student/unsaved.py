"""What was run in the kernel and is not in the notebook's file yet: the file is what is graded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from autograder.course.notebook import EXPORT, Cell, Notebook
from autograder.student.answers import names_in


@dataclass(frozen=True)
class Execution:
    """A cell that was run: when at the latest, in seconds since 1970, and its id where the front end tells it."""

    at: float
    source: str
    cell_id: str | None = None


@dataclass(frozen=True)
class Unsaved:
    """How the kernel is ahead of the file."""

    notebook: Notebook
    """The saved one, in which cells that were run since hold what was run."""
    cells: tuple[int, ...] = ()
    """The numbers of those cells."""
    names: tuple[str, ...] = ()
    """What was defined in cells that cannot be found in the file."""


def unsaved(notebook: Notebook, saved_at: float, executions: Iterable[Execution], targets: Sequence[str]) -> Unsaved:
    """`notebook`, saved at `saved_at`, after `executions` in their order. `targets` are the names that are asked for."""
    since = [execution for execution in executions if execution.at > saved_at]
    ids = {cell.id for cell in notebook.cells if cell.id is not None and cell.type == "code"}
    latest = {execution.cell_id: execution.source for execution in since if execution.cell_id in ids}
    cells = tuple(_as_run(cell, latest) for cell in notebook.cells)
    changed = tuple(new.index for new, old in zip(cells, notebook.cells, strict=True) if new is not old)
    known = {cell.source.strip() for cell in cells}
    elsewhere = [execution for execution in since if execution.cell_id not in ids]
    return Unsaved(replace(notebook, cells=cells), changed, _names(elsewhere, known, targets))


def _as_run(cell: Cell, latest: dict[str, str]) -> Cell:
    source = latest.get(cell.id) if cell.id is not None else None
    return cell if source is None or source.strip() == cell.source.strip() else replace(cell, source=source)


def _names(executions: list[Execution], known: set[str], targets: Sequence[str]) -> tuple[str, ...]:
    """What is asked for, or exported, and was last defined by a source that is not `known`."""
    last: dict[str, bool] = {}
    for execution in executions:
        defined = names_in(execution.source)
        if EXPORT.match(execution.source.lstrip()) is None:
            defined &= set(targets)
        last |= dict.fromkeys(sorted(defined), execution.source.strip() not in known)
    return tuple(name for name, missing in last.items() if missing)
