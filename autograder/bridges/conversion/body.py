"""The text of one test as the body of a function: doctests become assertions, comments stay."""

from __future__ import annotations

import ast
import json
import re
import textwrap
from dataclasses import dataclass

from autograder.bridges.conversion.case import Case

_TRUE = ("True", "np.True_")
_FALSE = ("False", "np.False_")
_SCALAR = re.compile(r"np\.\w+\((.*)\)")


class Unconvertible(ValueError):
    """A test that has no counterpart; `next_step` says what to do."""

    def __init__(self, fact: str, next_step: str = "Write it anew: docs/writing-tests.md shows how.") -> None:
        super().__init__(fact)
        self.next_step = next_step


@dataclass(frozen=True)
class Body:
    """Statements, not indented, and what the test says of itself."""

    text: str
    title: str = ""
    arguments: tuple[str, ...] = ()
    """Names that an exception-based test is given."""


def body_of(case: Case) -> Body:
    """The statements of a test. Raises Unconvertible."""
    tree = ast.parse(case.source)
    if not case.function:
        return Body(_statements(tree.body[:-1], case.source) + _last(tree.body[-1], case))
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    arguments = function.args
    if arguments.defaults or arguments.kwonlyargs or arguments.vararg or arguments.kwarg:
        raise Unconvertible("its function has arguments with defaults or stars, which otter does not fill either.")
    title = (ast.get_docstring(function) or "").strip().split("\n")[0]
    statements = function.body[1:] if ast.get_docstring(function) is not None else function.body
    names = tuple(argument.arg for argument in [*arguments.posonlyargs, *arguments.args])
    text = _statements(statements, case.source)
    return Body(_without_env(text) if "env" in names else text, title, tuple(n for n in names if n != "env"))


def _statements(statements: list[ast.stmt], source: str) -> str:
    """Their lines, comments between them included; written anew where indenting would change a text in them."""
    if not statements:
        return ""
    lines, first = source.split("\n"), statements[0].lineno
    before = lines[first - 1][: statements[0].col_offset].strip()
    while first > 1 and lines[first - 2].strip().startswith("#"):
        first -= 1
    lines = lines[first - 1 : statements[-1].end_lineno]
    if before or ";" in "".join(lines) or any(_spans_lines(node) for one in statements for node in ast.walk(one)):
        return "\n".join(map(ast.unparse, statements)) + "\n"
    return textwrap.dedent("\n".join(lines)) + "\n"


def _spans_lines(node: ast.AST) -> bool:
    text = isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))
    return text and node.lineno != node.end_lineno  # type: ignore[attr-defined]


def _last(node: ast.stmt, case: Case) -> str:
    """The last statement of a doctest, whose output is compared."""
    output = case.output.strip()
    if not isinstance(node, ast.Expr):
        if output:
            raise Unconvertible("what it prints is compared, and its last statement is no expression.")
        return _statements([node], case.source)
    expression = ast.unparse(node)
    if output in _TRUE or (not output and isinstance(node.value, ast.Compare | ast.BoolOp)):
        return f"assert {expression}\n"
    if not output:
        return _statements([node], case.source)
    if output in _FALSE:
        return f"assert not ({expression})\n"
    if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "print":
        if len(node.value.args) != 1 or node.value.keywords:
            raise Unconvertible("what it prints is compared, and print has several arguments.")
        return f"assert str({ast.unparse(node.value.args[0])}) == {_text(output)}\n"
    literal = _literal(output)
    return f"assert {_bracketed(node.value)} == {literal}\n" if literal else f"assert repr({expression}) == {_text(output)}\n"


def _bracketed(node: ast.expr) -> str:
    plain = isinstance(node, ast.Call | ast.Name | ast.Attribute | ast.Subscript | ast.Constant)
    return ast.unparse(node) if plain else f"({ast.unparse(node)})"


def _literal(output: str) -> str:
    """The output as a literal of Python; empty where it is none."""
    match = _SCALAR.fullmatch(output)
    text = match[1] if match else output
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return ""
    return " ".join(text.split()) if "\n" in text and "'''" not in text else text


def _text(output: str) -> str:
    return json.dumps(output, ensure_ascii=False)


def _without_env(text: str) -> str:
    """`env["name"]` as `name`. Raises Unconvertible for any other use of `env`."""
    tree = ast.parse(text)
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Subscript) and _is_env(node.value)]
    uses = sum(isinstance(node, ast.Name) and node.id == "env" for node in ast.walk(tree))
    names = [node.slice.value for node in found if isinstance(node.slice, ast.Constant)]
    if len(names) != uses or not all(isinstance(name, str) and name.isidentifier() for name in names):
        raise Unconvertible('it uses `env` in another way than `env["name"]`.')
    return ast.unparse(_EnvAsNames().visit(tree)) + "\n" if found else text


class _EnvAsNames(ast.NodeTransformer):
    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        named = _is_env(node.value) and isinstance(node.slice, ast.Constant)
        return ast.Name(str(node.slice.value), node.ctx) if named else node  # type: ignore[attr-defined]


def _is_env(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "env"


def edited(text: str, edits: list[tuple[ast.stmt | ast.expr, str]]) -> str:
    """`text` with each node, none inside another, replaced."""
    lines = text.encode().split(b"\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    data = b"\n".join(lines)
    for node, new in sorted(edits, key=lambda edit: -(starts[edit[0].lineno - 1] + edit[0].col_offset)):
        begin = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        data = data[:begin] + new.encode() + data[end:]
    return data.decode()
