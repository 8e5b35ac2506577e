"""Put the definitions of a known submission into the reference's source."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from autograder.course.source import names_of

IMPORTS = (ast.Import, ast.ImportFrom)


@dataclass
class _Slot:
    """One top-level statement of the result, with the comments above it, and what was put behind it."""

    text: str
    names: list[str]
    node: ast.stmt | None
    behind: list[_Slot] = field(default_factory=list)

    def render(self) -> str:
        return "".join([self.text, *(slot.render() for slot in self.behind)])


def merge(reference_source: str, definitions: str) -> str:
    """The reference's source in which the top-level `definitions` stand instead of its own.

    A function, class or assignment replaces the one of the same name where that stands, so callers inside
    the reference see it. A class that names itself among its bases (`class CharLM(CharLM): …`) goes right
    behind the original and so overrides single methods. Imports are added. A name the reference lacks goes
    behind the imports, or behind the last thing it needs to be evaluated. Other statements go to the end.
    Raises SyntaxError when either text is not Python.
    """
    slots = _slots(reference_source)
    head = next((s for s in reversed(slots) if isinstance(s.node, IMPORTS)), None)
    if head is None:
        head = _Slot("", [], None)
        after_docstring = 1 if slots and _is_docstring(slots[0].node) else 0
        slots.insert(after_docstring, head)
    tail: list[_Slot] = []
    for new in _slots(definitions):
        assert new.node is not None
        if _is_docstring(new.node):
            continue
        if isinstance(new.node, IMPORTS):
            _add_import(new, slots, head)
        elif new.names:
            _place(new, slots, head)
        else:
            tail.append(new)
    return "".join(slot.render() for slot in [*slots, *tail])


def unknown_names(reference_source: str, definitions: str) -> list[str]:
    """Names that `definitions` defines and the reference lacks, in order.

    Names that begin with `_` are left out: a variant may bring functions of its own. Any other is probably
    mistyped, for nothing calls it.
    """
    known = {name for node in ast.parse(reference_source).body for name in names_of(node)}
    new = [name for node in ast.parse(definitions).body for name in names_of(node)]
    return [name for name in dict.fromkeys(new) if name not in known and not name.startswith("_")]


def _slots(source: str) -> list[_Slot]:
    """The top-level statements of `source`, each with the blank lines and comments above it."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    tree = ast.parse(source)
    if any(a.end_lineno == _first_line(b) for a, b in zip(tree.body, tree.body[1:], strict=False)):
        source = ast.unparse(tree)  # `a = 1; b = 2`: give every statement lines of its own
        tree = ast.parse(source)
    lines = [line + "\n" for line in source.split("\n")]
    slots, done = [], 0
    for node in tree.body:
        end = node.end_lineno or node.lineno
        slots.append(_Slot("".join(lines[done:end]), names_of(node), node))
        done = end
    return slots


def _first_line(node: ast.stmt) -> int:
    """The line where a statement begins, decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _is_docstring(node: ast.stmt | None) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _add_import(new: _Slot, slots: list[_Slot], head: _Slot) -> None:
    assert new.node is not None
    spelled = ast.unparse(new.node)
    if any(s.node is not None and ast.unparse(s.node) == spelled for s in slots if isinstance(s.node, IMPORTS)):
        return
    if isinstance(new.node, ast.ImportFrom) and new.node.module == "__future__":
        slots.insert(1 if _is_docstring(slots[0].node) else 0, _Slot(spelled + "\n", [], new.node))
    else:
        head.behind.append(new)


def _place(new: _Slot, slots: list[_Slot], head: _Slot) -> None:
    """Put a definition over the one of its name, behind the class it extends, or behind what it needs."""
    assert new.node is not None
    own = _owner(slots, set(new.names))
    if own is None:
        needed = _owner(slots, _evaluated_at_once(new.node))
        (needed or head).behind.append(new)
    elif isinstance(new.node, ast.ClassDef) and new.node.name in _base_names(new.node):
        own.behind.insert(0, new)
    elif not set(own.names) <= set(new.names):  # `a, b = 1, 2` keeps b when only a is new
        own.behind.append(new)
    else:
        own.text, own.node = new.text, new.node


def _owner(slots: list[_Slot], names: set[str]) -> _Slot | None:
    """The last slot that defines one of `names`, what was put behind a slot counting as part of it."""
    return next((slot for slot in reversed(slots) if names & _all_names(slot)), None)


def _all_names(slot: _Slot) -> set[str]:
    return set(slot.names).union(*(_all_names(behind) for behind in slot.behind))


def _base_names(node: ast.ClassDef) -> set[str]:
    return {base.id for base in node.bases if isinstance(base, ast.Name)}


def _evaluated_at_once(node: ast.AST) -> set[str]:
    """Names that a definition needs when it is executed: not those in the bodies of its functions."""
    names: set[str] = set()
    pending: list[ast.AST] = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, ast.Name):
            names.add(current.id)
        if isinstance(current, ast.FunctionDef | ast.AsyncFunctionDef):
            pending += [
                *current.decorator_list,
                current.args,
                *([current.returns] if current.returns else []),
            ]
        else:
            pending += ast.iter_child_nodes(current)
    return names
