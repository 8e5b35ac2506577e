"""Small changes of the answer key, each of which some hidden test should notice (DeMillo, Lipton, Sayward, 1978).

The operators are those that slips in numerical code look like: another sign, another axis, a constant that is off, a call
that is left out (detach, eval, clamp), arguments that changed places, an option that was forgotten (keepdim, eps).
"""

from __future__ import annotations

import ast
import copy
import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from autograder.course.source import names_of

_SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div, ast.Mod: ast.Mult,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.And: ast.Or, ast.Or: ast.And, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change. `was` and `now` are the statement around it, of which `source` is the whole module."""

    name: str
    """The top-level name whose definition is changed."""
    change: str
    was: str
    now: str
    source: str

    @property
    def id(self) -> str:
        """What it is called by, as long as the statement stays as it is."""
        return f"{self.name}: {self.was} → {self.now}"

    def diff(self, original: str) -> str:
        """The change with three lines around it."""
        before = "\n".join(ast.unparse(statement) for statement in _without_docstrings(ast.parse(original)).body)
        lines = difflib.unified_diff(
            before.splitlines(), self.source.splitlines(), f"{self.name}, answer key", self.change, lineterm=""
        )
        return "\n".join(lines)


def mutants(source: str, names: Collection[str]) -> list[Mutant]:
    """Every mutant of the definitions of `names`, no two of which read the same. Raises SyntaxError."""
    tree = _without_docstrings(ast.parse(source))
    texts = [ast.unparse(statement) for statement in tree.body]
    found: dict[str, Mutant] = {}
    for place, statement in enumerate(tree.body):
        own = [name for name in names_of(statement) if name in names]
        for change, text in _mutated(statement) if own else ():
            whole = "\n".join([*texts[:place], text, *texts[place + 1 :]])
            if text != texts[place] and whole not in found:
                found[whole] = Mutant(own[0], change, *_changed_lines(texts[place], text), whole)
    return list(found.values())


def _mutated(statement: ast.stmt) -> Iterator[tuple[str, str]]:
    """(operator, text) of every change of one top-level statement that leaves it Python."""
    for index, node in enumerate(ast.walk(statement)):
        for change, replacement in _changes(node):
            copied = copy.deepcopy(statement)
            _Replacement(_nth(copied, index), replacement).visit(copied)
            try:
                text = ast.unparse(ast.fix_missing_locations(copied))
                ast.parse(text)
            except (ValueError, SyntaxError):
                continue  # such as a number where only a name may stand
            yield change, text


def _changed_lines(before: str, after: str) -> tuple[str, str]:
    old, new = before.splitlines(), after.splitlines()
    pieces = [one for one in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if one[0] != "equal"]
    lines = [" ".join(line.strip() for line in side) for side in (
        [line for _, a, b, _, _ in pieces for line in old[a:b]], [line for _, _, _, c, d in pieces for line in new[c:d]]
    )]  # fmt: skip
    return lines[0], lines[1] or "(nothing)"


# ── operators ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    """(what it is called, what stands there instead); None where nothing does."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _SWAPPED:
        yield "operator", _with(node, op=_SWAPPED[type(node.op)]())
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.Div | ast.MatMult):
        yield "operands swapped", _with(node, left=node.right, right=node.left)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _SWAPPED:
        yield "comparison", _with(node, ops=[_SWAPPED[type(node.ops[0])]()])
    if isinstance(node, ast.BoolOp):
        yield "operator", _with(node, op=_SWAPPED[type(node.op)]())
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not | ast.Invert):
        number = _number(node.operand)
        if number is not None:
            yield "constant", _with(node, operand=ast.Constant(number + 1))  # −1 → −2: an axis
        yield "sign", node.operand
    if isinstance(node, ast.Constant):
        yield from _constants(node)
    if isinstance(node, ast.Call):
        yield from _calls(node)
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        yield from (("condition", _with(node, test=ast.Constant(value))) for value in (True, False))
    if isinstance(node, ast.With) and len(node.items) == 1:
        yield (
            "context left out",
            _with(node, items=[ast.withitem(ast.parse("__import__('contextlib').nullcontext()", mode="eval").body)]),
        )
    if isinstance(node, ast.Expr | ast.AugAssign):
        yield "statement left out", ast.Pass()
    if isinstance(node, ast.Slice):
        for part in ("lower", "upper", "step"):
            if getattr(node, part) is not None:
                yield "slice", _with(node, **{part: None})


def _constants(node: ast.Constant) -> Iterator[tuple[str, ast.AST | None]]:
    if isinstance(node.value, bool):
        yield "constant", ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield "constant", ast.Constant(node.value + 1)
        if node.value > 0:
            yield "constant", ast.Constant(node.value - 1)
    elif isinstance(node.value, float):
        yield "constant", ast.Constant(2 * node.value if node.value else 1.0)


def _calls(node: ast.Call) -> Iterator[tuple[str, ast.AST | None]]:
    if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value):
        yield "call left out", node.func.value  # x.detach() → x
    elif len(node.args) == 1 and not isinstance(node.args[0], ast.Starred):
        yield "call left out", node.args[0]  # torch.exp(x) → x
    if len(node.args) > 1:
        yield "arguments swapped", _with(node, args=[node.args[1], node.args[0], *node.args[2:]])
    for place in range(len(node.keywords)):
        yield "option left out", _with(node, keywords=node.keywords[:place] + node.keywords[place + 1 :])


def _number(node: ast.AST) -> int | float | None:
    """The value of a number that is written down."""
    found = node.value if isinstance(node, ast.Constant) else None
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None


def _is_module(node: ast.AST) -> bool:
    """torch, math, nn.functional and the like, by their usual names: what is called on them is a function."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in ("torch", "np", "math", "nn", "F", "scaffold")


# ── the tree ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _nth(root: ast.AST, index: int) -> ast.AST:
    return next(node for place, node in enumerate(ast.walk(root)) if place == index)


class _Replacement(ast.NodeTransformer):
    def __init__(self, target: ast.AST, replacement: ast.AST | None) -> None:
        self._target, self._replacement = target, copy.deepcopy(replacement)

    def visit(self, node: ast.AST) -> ast.AST | None:
        return self._replacement if node is self._target else self.generic_visit(node)


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node
        ):
            node.body = body[1:] or [ast.Pass()] if body else []
    return tree
