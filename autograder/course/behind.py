"""What code stands behind each top-level name of a module: everything that running it can reach.

Two modules in which the same code stands behind a name behave the same wherever only that name is used (the idea of
regression test selection; Rothermel and Harrold, ACM TOSEM 6(2), 1997). The rules err towards "not the same":

- a statement stands behind a name when it binds it, or when it is mentioned, by name or in a string, by one that does;
- a statement that binds nothing stands behind each name it mentions, and behind all when it mentions none;
- one that changes a name, by `global`, by assigning to a part of it or by mentioning a value that can be changed,
  stands behind that name as well.

What one function leaves behind in torch itself, such as the global seed, is not seen.
"""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass

from autograder.course.source import names_of


def code_behind(source: str) -> dict[str, str]:
    """Top-level name → a digest of all code behind it. Raises SyntaxError when `source` is not Python."""
    statements = [_Statement.read(node) for node in ast.parse(source).body]
    known = frozenset(name for one in statements for name in one.binds)
    loose = frozenset(name for one in statements if one.is_data for name in one.binds)
    before: dict[str, set[int]] = {name: set() for name in known}
    for place, one in enumerate(statements):
        mentioned = one.mentions & known
        owners = set(one.binds) | (one.changes & known) | (mentioned & loose)
        if not one.binds:
            owners |= mentioned or known
        for name in owners:
            before[name].add(place)
    return {name: _digest(statements, _reached(name, statements, before)) for name in known}


_GENERIC = ("tuple", "list", "dict", "set", "frozenset", "type")


@dataclass(frozen=True)
class _Statement:
    """One top-level statement."""

    text: str
    """Its syntax tree, without places."""
    binds: frozenset[str]
    mentions: frozenset[str]
    changes: frozenset[str]
    is_data: bool
    """It binds a value that functions can change."""

    @classmethod
    def read(cls, node: ast.stmt) -> _Statement:
        mentions = {x.id for x in ast.walk(node) if isinstance(x, ast.Name)}
        mentions |= {x.value for x in ast.walk(node) if isinstance(x, ast.Constant) and isinstance(x.value, str)}
        changes = {name for x in ast.walk(node) if isinstance(x, ast.Global) for name in x.names}
        changes |= {root for x in ast.walk(node) if (root := _changed_part(x)) is not None}
        return cls(ast.dump(node), _bound(node), frozenset(mentions | changes), frozenset(changes), _is_data(node))


def _bound(node: ast.stmt) -> frozenset[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return frozenset((alias.asname or alias.name).partition(".")[0] for alias in node.names if alias.name != "*")
    return frozenset(names_of(node))


def _changed_part(node: ast.AST) -> str | None:
    """The name in `name.part = …`, `name[…] = …`, `del name.part` and the like."""
    if not isinstance(node, ast.Attribute | ast.Subscript) or isinstance(node.ctx, ast.Load):
        return None
    inner: ast.expr = node
    while isinstance(inner, ast.Attribute | ast.Subscript):
        inner = inner.value
    return inner.id if isinstance(inner, ast.Name) else None


def _is_data(node: ast.stmt) -> bool:
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    return value is not None and not _cannot_change(value)


def _cannot_change(value: ast.expr) -> bool:
    """Numbers, strings, tuples of them, other names for what stands elsewhere, and types such as `tuple[int, int]`."""
    if isinstance(value, ast.UnaryOp):
        return _cannot_change(value.operand)
    if isinstance(value, ast.BinOp):
        return _cannot_change(value.left) and _cannot_change(value.right)
    if isinstance(value, ast.Tuple):
        return all(map(_cannot_change, value.elts))
    if isinstance(value, ast.Subscript):
        return isinstance(value.value, ast.Name) and value.value.id in _GENERIC
    return isinstance(value, ast.Constant | ast.Name | ast.Attribute | ast.Lambda)


def _reached(name: str, statements: list[_Statement], before: dict[str, set[int]]) -> list[int]:
    """Places of the statements behind `name`, in order."""
    found: set[int] = set()
    open_ones = set(before[name])
    while open_ones:
        place = open_ones.pop()
        found.add(place)
        for mentioned in (statements[place].mentions | statements[place].binds) & before.keys():
            open_ones |= before[mentioned] - found
    return sorted(found)


def _digest(statements: list[_Statement], places: list[int]) -> str:
    return hashlib.sha256("\n".join(statements[place].text for place in places).encode()).hexdigest()
