"""What a test may ask for: the student's names, given ones, and the modules that the notebook imports."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass, field

CHECKED = ("numpy", "torch", "pytest")
"""What hidden tests may import besides the standard library."""
MOST = 80
"""Letters of a given assignment that a hidden test repeats: a long one would look like a hidden test that leaks."""


@dataclass
class Names:
    """Top-level names of the graded module, by kind, and imports of the notebook."""

    callables: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    values: set[str] = field(default_factory=set)
    imports: dict[str, str] = field(default_factory=dict)
    """Name → the statement that imports it."""
    given: set[str] = field(default_factory=set)
    """Variables that students get."""
    constants: dict[str, str] = field(default_factory=dict)
    """Given variable → its assignment, where a hidden test can make it by itself and need not ask the student's code."""

    def learn(self, source: str) -> None:
        """Add what a cell of the graded module defines; a cell that is no Python defines nothing."""
        for node in _statements(source):
            if isinstance(node, ast.ClassDef):
                self.classes.add(node.name)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self.callables.add(node.name)
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                found = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
                self.values |= found - self.callables

    def learn_imports(self, source: str) -> None:
        """Add what a cell imports, in the graded module or not."""
        for node in _statements(source):
            if isinstance(node, ast.Import | ast.ImportFrom):
                for alias in node.names:
                    bound = alias.asname or alias.name.split(".")[0]
                    self.imports[bound] = ast.unparse(_only(node, alias))

    def learn_constants(self, source: str) -> None:
        """Add short assignments of a given cell that take nothing but imports; one that is made twice is none."""
        for node in _statements(source):
            if not isinstance(node, ast.Assign) or len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
                continue
            used = {n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)}
            modules = {name for name, statement in self.imports.items() if is_checked(statement)}
            text, name = ast.unparse(node), node.targets[0].id
            if len(text) <= MOST and used <= modules and name not in self.constants:
                self.constants[name] = text

    @property
    def all(self) -> set[str]:
        return self.callables | self.values


def module_of(statement: str) -> str:
    """`numpy` of `import numpy as np` and `from numpy.linalg import norm`."""
    return statement.split()[1].split(".")[0]


def is_checked(statement: str) -> bool:
    """Whether a hidden test may make this import."""
    module = module_of(statement)
    return module in CHECKED or module in sys.stdlib_module_names


def free_names(function: str) -> set[str]:
    """Names that a function's text takes from outside, builtins among them."""
    import symtable

    found: set[str] = set()

    def walk(table: symtable.SymbolTable) -> None:
        if table.get_type() != "module":
            found.update(s.get_name() for s in table.get_symbols() if s.is_global() and s.is_referenced())
        for child in table.get_children():
            walk(child)

    walk(symtable.symtable(function, "test", "exec"))
    return found


def _only(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> ast.stmt:
    if isinstance(node, ast.Import):
        return ast.Import(names=[alias])
    return ast.ImportFrom(module=node.module, names=[alias], level=node.level)


def _statements(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except SyntaxError:
        return []
