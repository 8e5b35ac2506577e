"""The source notebook of an assignment: its cells, and which of them defines what."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from autograder.course.findings import Findings
from autograder.course.models import Paths
from autograder.course.notebook import ModuleCell, Notebook, NotebookError, module_cells
from autograder.course.text_source import source_notebook


@dataclass(frozen=True)
class SourceModule:
    """The source and the top-level names of its module cells."""

    file: str
    notebook: Notebook
    defines: dict[str, ModuleCell]
    """The cell that defines a name; the last one, a solution cell before a given one."""
    complete: bool
    """Every module cell is valid Python: a name that is missing really is."""

    @property
    def name(self) -> str:
        """`source.ipynb`, or what it is called."""
        return self.file.rpartition("/")[2]


def read_source(paths: Paths, findings: Findings) -> SourceModule | None:
    """Read the source notebook; None, and a finding, when that fails."""
    file, twice = paths.source_file, [path.name for path in paths.sources]
    if len(twice) > 1:
        fact = f"the source stands here more than once: {', '.join(twice)}."
        findings.add(f"assignments/{paths.slug}", None, fact, "Keep one of them, and delete the rest.")
        return None
    try:
        notebook = source_notebook(paths)
    except FileNotFoundError:
        findings.add(file, None, "the file is missing.", "Create the source notebook.")
        return None
    except NotebookError as error:
        findings.add(file, None, str(error).partition(": ")[2])
        return None
    defines: dict[str, ModuleCell] = {}
    complete = True
    for cell in module_cells(notebook):
        try:
            tree = ast.parse(cell.source)
        except SyntaxError as error:
            fact = f"{notebook.cells[cell.index - 1].place(error.lineno or 1)}: this is not Python: {error.msg}."
            findings.add(file, None, fact, "Correct it: this cell belongs to the graded module.")
            complete = False
            continue
        for name in defined_names(tree):
            if cell.grade_id is not None or name not in defines:
                defines[name] = cell
    return SourceModule(file, notebook, defines, complete)


def defined_names(tree: ast.Module) -> list[str]:
    """Names that functions, classes and assignments at top level define, in order."""
    return [name for node in tree.body for name in names_of(node)]


def names_of(node: ast.stmt) -> list[str]:
    """The names that one statement defines; imports define none here."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [x.id for target in node.targets for x in ast.walk(target) if _stored(x)]  # type: ignore[attr-defined]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def _stored(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
