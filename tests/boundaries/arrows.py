"""Who may import whom, read from the text of files: nothing is executed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

ARROWS: dict[str, tuple[str, ...]] = {
    "course": (),
    "sandbox": ("course",),
    "sandbox.protocol": (),
    "sandbox.stamp": (),
    "child": ("sandbox.protocol", "sandbox.stamp"),
    "checks": ("child", "sandbox", "course"),
    "grading": ("checks", "child", "sandbox", "course"),
    "student": ("course",),
    "report": ("grading.result", "course"),
    "gradebook": ("grading.result", "course"),
    "batches": ("gradebook", "grading", "report", "sandbox", "course"),
    "statistics": ("gradebook", "report", "grading.result", "course"),
    "submissions": ("grading", "course"),
    "release": ("course",),
    "datasets": ("course",),
    "starting": ("course",),
    "doctor": ("datasets", "sandbox.backend", "course"),
    "verify": ("release", "student", "grading", "sandbox", "course"),
    "returning": ("gradebook", "report", "grading.result", "course"),
    "bridges": (
        "returning",
        "submissions",
        "gradebook",
        "release",
        "student",
        "report",
        "grading",
        "sandbox",
        "course",
    ),
    "review": ("submissions", "statistics", "gradebook", "report", "grading", "sandbox", "course"),
    "cli": (
        "batches",
        "returning",
        "statistics",
        "review",
        "gradebook",
        "bridges",
        "verify",
        "release",
        "datasets",
        "starting",
        "doctor",
        "report",
        "student",
        "grading",
        "sandbox.backend",
        "course",
    ),
}
"""Package of autograder → what it imports besides itself: a package, or a part of one.

A sandbox sees `child` and `sandbox.protocol` and nothing else of us.
"""

TEST_FILES = ("autograder.checks", "torch", "numpy", "pytest")
"""What hidden and public tests import besides the standard library."""


@dataclass(frozen=True)
class Import:
    """One imported module, by its full name, and where."""

    module: str
    line: int


def imports(source: str, package: str = "") -> Iterator[Import]:
    """Every import of a file, also those inside functions. `package` resolves relative ones.

    `from a.b import c` counts as `a.b.c`: c may be a module.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            start = ".".join([*base, *([node.module] if node.module else [])])
            yield from (Import(f"{start}.{alias.name}", node.lineno) for alias in node.names)


def part_of(file: Path) -> str:
    """The key of ARROWS that holds for a file of the package, given by its place in it."""
    name = ".".join(file.with_suffix("").parts)
    return max((part for part in ARROWS if is_within(name, part)), key=len)


def is_within(module: str, name: str) -> bool:
    """Whether `module` is `name` or stands in it."""
    return module == name or module.startswith(name + ".")


def wrong_arrows(part: str, source: str) -> list[str]:
    """Imports of a file of `autograder.<part>` that point against the arrows."""
    allowed = [f"autograder.{name}" for name in (part, *ARROWS[part])] + ["autograder.__version__"]
    return [
        f"line {found.line}: {found.module}"
        for found in imports(source, f"autograder.{part}")
        if (is_within(found.module, "autograder") and found.module != "autograder" and not _any(found.module, allowed))
        or is_within(found.module, "tests")
    ]


def wrong_imports_of_a_test(source: str) -> list[str]:
    """Imports of a hidden or public test that it may not make."""
    return [
        f"line {found.line}: {found.module}"
        for found in imports(source)
        if found.module.split(".")[0] not in sys.stdlib_module_names and not _any(found.module, TEST_FILES)
    ]


def _any(module: str, names: list[str] | tuple[str, ...]) -> bool:
    return any(is_within(module, name) for name in names)


def undocumented(source: str) -> list[str]:
    """Public functions and classes at the top level of a file that have no docstring, or the module itself."""
    tree = ast.parse(source)
    if ast.get_docstring(tree) is None and tree.body:
        return ["the module"]
    return [node.name for node in tree.body if _lacks_docstring(node)]  # type: ignore[attr-defined]


def _lacks_docstring(node: ast.stmt) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
        return False
    return ast.get_docstring(node) is None
