"""The source notebook as JSON and as cells, also where jupytext keeps it as text: `source.py` or `source.md`."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from autograder.course.models import Paths
from autograder.course.notebook import Cell, Notebook, NotebookError, read_notebook


def source_notebook(paths: Paths) -> Notebook:
    """The source of an assignment, with an id for every cell. Raises NotebookError, or FileNotFoundError."""
    notebook = read_notebook(source_bytes(paths), paths.source.name)
    cells = tuple(_with_ids(notebook.cells))
    if paths.source.suffix != ".ipynb":
        cells = tuple(_with_lines(cells, _text(paths).splitlines()))
    return replace(notebook, cells=cells)


def source_bytes(paths: Paths) -> bytes:
    """The same as the bytes of an .ipynb file; a text has no ids of cells.

    Raises NotebookError when jupytext cannot read the text, ModuleNotFoundError when there is no jupytext.
    """
    if paths.source.suffix == ".ipynb":
        return paths.source.read_bytes()
    tree = _converted(_text(paths), paths.source.name)
    for cell in tree["cells"]:
        cell.pop("id", None)  # a random one
    return json.dumps(tree, ensure_ascii=False, indent=1).encode()


def _text(paths: Paths) -> str:
    try:
        return paths.source.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise NotebookError(f"{paths.source.name}: this is not UTF-8 text. Save it as UTF-8.") from None


def _converted(text: str, name: str) -> Any:
    import jupytext

    try:
        return jupytext.reads(text, fmt=name.rpartition(".")[2])
    except Exception as error:  # jupytext promises no kind
        said = str(error).strip().split("\n")[0] or type(error).__name__
        raise NotebookError(f"{name}: jupytext cannot read it: {said}. Correct the text, or its header.") from None


def _with_ids(cells: tuple[Cell, ...]) -> Iterator[Cell]:
    """Where there is no id: the grade_id, or one that tells the text, so that it stays when other cells come and go.

    Students get the same ids, and given cells are known by them when a notebook comes back.
    """
    seen: Counter[str] = Counter()
    for cell in cells:
        if cell.id is not None:
            yield cell
            continue
        name = cell.grade_id or f"cell-{hashlib.sha256(f'{cell.type} {cell.source}'.encode()).hexdigest()[:12]}"
        seen[name] += 1
        yield replace(cell, id=name if seen[name] == 1 else f"{name}-{seen[name]}")


def _with_lines(cells: tuple[Cell, ...], lines: list[str]) -> Iterator[Cell]:
    """Cells with the line in which each begins; one whose text jupytext has changed has none."""
    bare, begin = [_bare(line) for line in lines], 0
    for cell in cells:
        wanted = [_bare(line) for line in cell.source.split("\n")]
        places = range(begin, len(bare) - len(wanted) + 1) if any(wanted) else range(0)
        found = next((n for n in places if bare[n : n + len(wanted)] == wanted), None)
        if found is not None:
            begin = found + len(wanted)
        yield cell if found is None else replace(cell, starts=found + 1)


def _bare(line: str) -> str:
    """A line without what makes it a comment: prose, and commands of Jupyter, stand behind a `#` in Python."""
    return line.lstrip("# \t").rstrip()
