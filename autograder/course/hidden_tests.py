"""Which hidden test decides which criterion, read from their text: they are never imported for this."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from autograder.course.findings import Findings
from autograder.course.models import Paths


@dataclass(frozen=True)
class HiddenTest:
    """One test function and the criterion that its decorator names."""

    file: str
    line: int
    name: str
    criterion: str | None


@dataclass(frozen=True)
class HiddenTests:
    """All test functions; not `complete` when a file could not be read."""

    tests: tuple[HiddenTest, ...]
    complete: bool


def read_hidden_tests(paths: Paths, findings: Findings) -> HiddenTests | None:
    """Every `test_…` function of `tests/hidden/*.py`; None, and a finding, when there is no file."""
    folder = f"assignments/{paths.slug}/tests/hidden"
    files = sorted(paths.hidden_tests.glob("test_*.py"))
    if not files:
        findings.add(folder, None, "there are no hidden tests.", f"Begin one: gradus new-test {paths.slug} QUESTION NAME")
        return None
    tests: list[HiddenTest] = []
    complete = True
    for file in files:
        name = f"{folder}/{file.name}"
        try:
            tree = ast.parse(file.read_bytes(), filename=name)
        except SyntaxError as error:
            findings.add(name, error.lineno, f"this is not Python: {error.msg}.", "Correct the test.")
            complete = False
        else:
            tests += [_test(name, node) for node in _functions(tree)]
    return HiddenTests(tuple(tests), complete)


def count_tests(file: Path) -> int:
    """How many test functions a file holds."""
    return len(_functions(ast.parse(file.read_bytes())))


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """Test functions at top level and in `Test…` classes."""
    bodies = [tree.body] + [
        node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name.startswith("Test")
    ]
    return [
        node for body in bodies for node in body if isinstance(node, ast.FunctionDef) and node.name.startswith("test")
    ]


def _test(file: str, node: ast.FunctionDef) -> HiddenTest:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).split(".")[-1] == "criterion":
            arguments = [*decorator.args, *(keyword.value for keyword in decorator.keywords)]
            if arguments and isinstance(arguments[0], ast.Constant):
                return HiddenTest(file, decorator.lineno, node.name, str(arguments[0].value))
    return HiddenTest(file, node.lineno, node.name, None)
