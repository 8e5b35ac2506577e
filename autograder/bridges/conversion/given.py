"""Given code: which of it the graded module needs. Other tools execute all cells; here only answers and `#| export` cells are."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.bridges.conversion.names import is_checked
from autograder.bridges.conversion.taken_over import Json, given_cell
from autograder.course.notebook import without_jupyter_commands

_DEFINES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_IMPORTS = ast.Import | ast.ImportFrom


@dataclass
class Chunk:
    """One top-level statement of a given cell, with the comments above it."""

    text: str
    node: ast.stmt | None
    """None: not Python, such as a line of Jupyter's own."""
    export: bool = False


def chunks_of(source: str) -> list[Chunk]:
    """The statements of a cell; the whole cell as one where it is no Python."""
    lines = source.split("\n")
    try:
        body = ast.parse(without_jupyter_commands(source)[0]).body
    except SyntaxError:
        return [Chunk(source, None)]
    chunks, done = [], 0
    for node in body:
        end = node.end_lineno or node.lineno
        if end <= done:  # `a = 1; b = 2` stands in one line
            continue
        chunks.append(Chunk("\n".join(lines[done:end]), None if isinstance(node, ast.Pass) else node))
        done = end
    if chunks and any(line.strip() for line in lines[done:]):
        chunks[-1].text += "\n" + "\n".join(lines[done:])
    return chunks


def choose_exports(cells: Iterable[list[Chunk]], wanted: set[str]) -> None:
    """Mark what belongs to the graded module: definitions, and assignments and imports that something graded uses.

    `wanted`: names that answers and tests take. Reads the cells backwards: what is exported wants names, too.
    """
    cells = list(cells)
    for chunk in (chunk for cell in cells for chunk in cell if isinstance(chunk.node, _DEFINES)):
        chunk.export = True
        wanted |= loads(chunk.text)
    for chunk in (chunk for cell in reversed(cells) for chunk in reversed(cell)):
        node = chunk.node
        if isinstance(node, _IMPORTS):
            names = {alias.asname or alias.name.split(".")[0] for alias in node.names}
            chunk.export = bool(names & wanted) or (isinstance(node, ast.ImportFrom) and node.module == "__future__")
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            stored = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            chunk.export = bool(stored & wanted)
            wanted |= loads(chunk.text) if chunk.export else set()


def loads(source: str) -> set[str]:
    """Names that a piece of code uses; none where it is no Python."""
    try:
        tree = ast.parse(without_jupyter_commands(source)[0])
    except SyntaxError:
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def cells_from(chunks: list[Chunk]) -> list[Json]:
    """Cells in the same order: exported statements and others apart, and foreign imports by themselves.

    A package that is missing where grading runs then costs nothing but its own names.
    """
    groups: list[list[Chunk]] = []
    for chunk in chunks:
        if groups and groups[-1][0].export == chunk.export and not _foreign(chunk) and not _foreign(groups[-1][0]):
            groups[-1].append(chunk)
        else:
            groups.append([chunk])
    return [given_cell("\n".join(c.text for c in group).strip("\n"), export=group[0].export) for group in groups]


def _foreign(chunk: Chunk) -> bool:
    return chunk.export and bool(foreign_imports([chunk]))


def foreign_imports(chunks: Iterable[Chunk]) -> list[str]:
    """Exported imports of packages that grading does not bring."""
    statements = [ast.unparse(chunk.node) for chunk in chunks if chunk.export and isinstance(chunk.node, _IMPORTS)]
    return [statement for statement in statements if not is_checked(statement)]
