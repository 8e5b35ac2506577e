"""Notebooks read as plain JSON: also those of strangers, so nothing here executes, imports or trusts."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

EXPORT = re.compile(r"#\|\s*export\b")
BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"
# Jupyter's commands are no Python. Named ones only: `%` may begin a line of an expression in brackets. Nothing here runs
# on to the next line: that would take quadratic time on a cell made for it.
_COMMAND = re.compile(
    r"^[ \t]*(?:%%?(?:matplotlib|load_ext|reload_ext|autoreload|time|timeit|pip|conda|config|run|env|cd|capture"
    r"|prun|who|check)\b|![\w./~]|\?{1,2}\w+[ \t]*$|\w[\w.]*\?{1,2}[ \t]*$).*$",
    re.MULTILINE,
)


class NotebookError(Exception):
    """These bytes are no notebook that can be read. The message says why and what to do."""


@dataclass(frozen=True)
class Cell:
    """One cell; `index` counts from 1, as people do."""

    index: int
    type: str
    source: str
    grade_id: str | None = None
    solution: bool = False
    grade: bool = False
    locked: bool = False
    task: bool = False
    tags: tuple[str, ...] = ()
    id: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict, compare=False)
    starts: int | None = None
    """The line of the text in which it begins, where the notebook is kept as text."""

    @property
    def label(self) -> str:
        return f"cell {self.index}" + (f" (line {self.starts})" if self.starts else "")

    def place(self, line: int) -> str:
        """Where one of its lines, counted from 1, stands."""
        return f"line {self.starts + line - 1} (cell {self.index})" if self.starts else f"{self.label}, line {line}"

    @property
    def export(self) -> bool:
        """A code cell whose first line is `#| export`: given code that belongs to the graded module."""
        return self.type == "code" and EXPORT.match(self.source.lstrip()) is not None

    @property
    def question(self) -> str | None:
        """The question that the grade_id names."""
        return question_of(self.grade_id)


@dataclass(frozen=True)
class Notebook:
    """The cells of a notebook, in order."""

    cells: tuple[Cell, ...]
    metadata: dict[str, Any] = field(default_factory=dict, compare=False)
    nbformat_minor: int = 0

    def cell(self, grade_id: str) -> Cell | None:
        return next((c for c in self.cells if c.grade_id == grade_id), None)


@dataclass(frozen=True)
class ModuleCell:
    """One cell of the graded module; line 1 of `source` is line 1 of the cell."""

    index: int
    grade_id: str | None
    source: str
    solution: bool = True
    """Students write it; the others are given."""

    @property
    def label(self) -> str:
        return f"cell {self.index}"

    @property
    def question(self) -> str | None:
        return question_of(self.grade_id)


def question_of(grade_id: str | None) -> str | None:
    """`lstm` of the grade_ids `lstm` and `lstm-2`: a question may have several cells, ids are unique."""
    return grade_id.split("-", 1)[0] if grade_id else None


def module_cells(notebook: Notebook) -> tuple[ModuleCell, ...]:
    """The cells that become the graded module: `#| export` cells and solution cells, in order."""
    return tuple(
        ModuleCell(cell.index, cell.grade_id, cell.source, cell.solution)
        for cell in notebook.cells
        if cell.type == "code" and (cell.export or cell.solution)
    )


def module_source(notebook: Notebook) -> str:
    """The module cells as one importable file, without the solution markers and export lines."""
    parts = [_without_markers(cell.source) for cell in module_cells(notebook)]
    return "\n\n\n".join(part for part in parts if part) + "\n"


def is_stub(source: str) -> bool:
    """Whether an answer cell is still as it was handed out."""
    return "# YOUR CODE HERE" in source and "raise NotImplementedError" in source


def without_jupyter_commands(source: str) -> tuple[str, int]:
    """`source` with its `%`, `!` and `?` lines turned into statements that do nothing, and how many there were."""
    return _COMMAND.subn(lambda match: _as_comment(match.group()), source)


def _as_comment(line: str) -> str:
    """The line as a statement that does nothing, at its own indentation; `%%` lines head a cell and have none."""
    indent = line[: len(line) - len(line.lstrip(" \t"))]
    return f"{indent}pass  # {line.strip()}"


def _without_markers(source: str) -> str:
    lines = source.splitlines()
    kept = [x for x in lines if x.strip() not in (BEGIN, END) and EXPORT.match(x.strip()) is None]
    return "\n".join(line.rstrip() for line in kept).strip("\n")


def read_notebook(data: bytes, name: str) -> Notebook:
    """Parse `data`, the bytes of the file called `name`. Raises NotebookError."""
    tree = _parse(data, name)
    cells = tree["cells"]
    if not isinstance(cells, list):
        raise NotebookError(f"{name}: this is not a notebook: its cells are no list. {_RESAVE}")
    metadata = tree.get("metadata")
    minor = tree.get("nbformat_minor")
    return Notebook(
        cells=tuple(_cell(raw, index, name) for index, raw in enumerate(cells, start=1)),
        metadata=metadata if isinstance(metadata, dict) else {},
        nbformat_minor=minor if isinstance(minor, int) else 0,
    )


_RESAVE = "Open it in Jupyter, save it, and use that file."


def _parse(data: bytes, name: str) -> dict[str, Any]:
    """The JSON object of a notebook in format 4."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotebookError(f"{name}: this is not a notebook: it is not UTF-8 text. {_RESAVE}") from None
    if not text.strip():
        raise NotebookError(f"{name}: the file is empty. {_RESAVE}")
    try:
        tree = json.loads(text)
    except json.JSONDecodeError as error:
        raise NotebookError(_not_json(text, error, name)) from None
    except RecursionError:
        raise NotebookError(f"{name}: the file is nested too deeply to be a notebook. {_RESAVE}") from None
    except ValueError:  # an integer of more digits than Python reads
        raise NotebookError(f"{name}: this is not a notebook: a number in it is too long. {_RESAVE}") from None
    if not isinstance(tree, dict) or not isinstance(tree.get("nbformat"), int):
        raise NotebookError(f"{name}: this is JSON, but not a notebook. {_RESAVE}")
    _check_format(tree["nbformat"], name)
    if "cells" not in tree:
        raise NotebookError(f"{name}: this is JSON, but not a notebook: it has no cells. {_RESAVE}")
    return tree


def _check_format(version: int, name: str) -> None:
    if version < 4:
        raise NotebookError(f"{name}: the notebook is in the old format {version}, format 4 is read. {_RESAVE}")
    if version > 4:
        raise NotebookError(f"{name}: the notebook is in format {version}, format 4 is read. Save it as format 4.")


def _not_json(text: str, error: json.JSONDecodeError, name: str) -> str:
    """Tell a file that was cut short from one that never was a notebook."""
    cut = error.msg.startswith("Unterminated string") or error.pos >= len(text.rstrip())
    if text.lstrip().startswith("{") and cut:
        return (
            f"{name}, line {error.lineno}: the file breaks off in the middle of the notebook. "
            "Save it again and use that copy; an upload or download was probably cut short."
        )
    return f"{name}, line {error.lineno}: this is not a notebook: the text is not JSON. {_RESAVE}"


def _cell(raw: Any, index: int, name: str) -> Cell:
    if not isinstance(raw, dict):
        raise NotebookError(f"{name}, cell {index}: this is not a cell. {_RESAVE}")
    metadata = raw["metadata"] if isinstance(raw.get("metadata"), dict) else {}
    marks = metadata["nbgrader"] if isinstance(metadata.get("nbgrader"), dict) else {}
    tags = metadata["tags"] if isinstance(metadata.get("tags"), list) else []
    grade_id = marks.get("grade_id")
    kind, cell_id = raw.get("cell_type"), raw.get("id")
    return Cell(
        index=index,
        type=kind if kind in ("code", "markdown") else "raw",
        source=_source(raw.get("source", ""), index, name),
        grade_id=grade_id if isinstance(grade_id, str) and grade_id else None,
        solution=marks.get("solution") is True,
        grade=marks.get("grade") is True,
        locked=marks.get("locked") is True,
        task=marks.get("task") is True,
        tags=tuple(tag for tag in tags if isinstance(tag, str)),
        id=cell_id if isinstance(cell_id, str) else None,
        metadata=metadata,
    )


def _source(raw: Any, index: int, name: str) -> str:
    """The text of a cell, which may be stored as a list of lines."""
    if isinstance(raw, list) and all(isinstance(line, str) for line in raw):
        raw = "".join(raw)
    if not isinstance(raw, str):
        raise NotebookError(f"{name}, cell {index}: the source of the cell is not text. {_RESAVE}")
    # Half a surrogate pair is JSON but cannot be written as UTF-8 again.
    return raw.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")
