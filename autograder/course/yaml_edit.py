"""Change one value in the text of a YAML file; every other byte stays, comments and layout included.

ruamel.yaml says where a value stands; the text is changed there and nowhere else. Dumping the whole tree would keep the
comments, too, but not every file's own indentation and line breaks, and a diff should show the change alone.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Location = Sequence[str | int]
Scalar = str | int | float
WIDTH = 118
"""Columns that a folded text is wrapped at."""


class CannotEdit(ValueError):
    """The value cannot be put there without changing more than itself; the message says why."""


def set_value(text: str, location: Location, value: Scalar) -> str:
    """`text` with `value` at `location`. A key that its mapping lacks is added behind the mapping's first one."""
    intended = read_plain(text)
    inner = _at(intended, location[:-1])
    is_there = location[-1] in inner if isinstance(inner, Mapping) else True
    inner[location[-1]] = value
    node = _node(text, location if is_there else location[:-1])
    put = _replaced if is_there else _added
    for candidate in put(text, node, str(location[-1]), value):
        if _reads_as(candidate, intended):
            return candidate
    raise CannotEdit(f"{value!r} cannot be written at {_spell(location)} without touching what stands around it")


def append_item(text: str, location: Location, item: Mapping[str, Scalar]) -> str:
    """`text` with a mapping of scalars more at the end of the list at `location`, on a line of its own where others are."""
    intended = read_plain(text)
    _at(intended, location).append(dict(item))
    node = _node(text, location)
    inside = ", ".join(f"{key}: {_quoted(value)}" for key, value in item.items())
    at = _end(node)
    if node.flow_style or not node.value:
        glue = ", " if node.value else ""
        changed = f"{text[: at - 1]}{glue}{{{inside}}}{text[at - 1 :]}"
    else:
        column = node.value[-1].start_mark.column - 2
        line = f"{' ' * column}- {{{inside}}}\n"
        end = text.find("\n", at - 1) + 1 or len(text)
        changed = text[:end] + ("" if text[:end].endswith("\n") else "\n") + line + text[end:]
    return _checked(changed, intended, location)


def drop_last(text: str, location: Location) -> str:
    """`text` without the last item of the list at `location`; one item at least must be left."""
    intended = read_plain(text)
    items = _at(intended, location)
    if len(items) < 2:
        raise CannotEdit(f"the list at {_spell(location)} would be left empty")
    items.pop()
    before, last = _node(text, location).value[-2:]
    return _checked(text[: _end(before)].rstrip("\n") + _newline(text, before) + text[_end(last) :], intended, location)


def read_plain(text: str) -> Any:
    """The tree of `text` as plain Python values."""
    return _loader().load(text)


def _newline(text: str, node: Any) -> str:
    """What a block scalar at the end of `node` took with it."""
    return "\n" if text[_end(node) - 1] == "\n" else ""


def _checked(changed: str, intended: Any, location: Location) -> str:
    if not _reads_as(changed, intended):
        raise CannotEdit(f"the list at {_spell(location)} is laid out in a way that only a person can change")
    return changed


def _loader() -> Any:
    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True)


def _reads_as(text: str, intended: Any) -> bool:
    from ruamel.yaml.error import YAMLError

    try:
        return bool(read_plain(text) == intended)
    except YAMLError:
        return False


def _at(tree: Any, location: Location) -> Any:
    for step in location:
        tree = tree[step]
    return tree


def _node(text: str, location: Location) -> Any:
    """The composed node at `location`, which knows its first and last character."""
    node = _loader().compose(text)
    for step in location:
        entries = node.value
        node = entries[step] if isinstance(step, int) else next(value for key, value in entries if key.value == step)
    return node


def _end(node: Any) -> int:
    """Behind the last character of `node`. ruamel lets block lists and mappings reach to the next token, over comments."""
    if isinstance(node.value, str) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def _replaced(text: str, node: Any, key: str, value: Scalar) -> Iterator[str]:
    """Ways to write `value` over `node`, those in the style of what stands there first."""
    start, end = node.start_mark.index, node.end_mark.index
    line = text[text.rfind("\n", 0, start) + 1 : start]
    indent = len(line) - len(line.lstrip(" -")) + 2
    block = node.style in (">", "|")
    tail = "\n" if block and text[end - 1 : end] == "\n" else ""
    for written in _ways(value, node.style, indent):
        yield text[:start] + written + tail + text[end:]


def _added(text: str, mapping: Any, key: str, value: Scalar) -> Iterator[str]:
    """Ways to add `key: value` behind the first entry of `mapping`: behind the last one a comment may follow."""
    first_key, first = mapping.value[0]
    at, column = _end(first), first_key.start_mark.column
    if mapping.flow_style:
        for written in (_plain(value), _quoted(value)):
            yield f"{text[:at]}, {key}: {written}{text[at:]}"
        return
    at = text.find("\n", at - 1) + 1 or len(text)
    style = ">" if isinstance(value, str) and len(value) + len(key) + column > WIDTH else None
    for written in _ways(value, style, column + 2):
        yield f"{text[:at]}{' ' * column}{key}: {written}\n{text[at:]}"


def _ways(value: Scalar, style: str | None, indent: int) -> Iterator[str]:
    if isinstance(value, str) and style in (">", "|"):
        margin = " " * indent
        if "\n" not in value:
            lines = textwrap.wrap(value, WIDTH - indent, break_long_words=False, break_on_hyphens=False)
            yield ">-\n" + "\n".join(margin + line for line in lines)
        yield "|-\n" + "\n".join(margin + line if line else "" for line in value.split("\n"))
    if style != '"':
        yield _plain(value)
    yield _quoted(value)


def _plain(value: Scalar) -> str:
    """As it is; whether that reads as the same value is for the caller to see."""
    return value if isinstance(value, str) else _number(value)


def _quoted(value: Scalar) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else _number(value)


def _number(value: int | float) -> str:
    """`8`, not `8.0`: as people write points."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _spell(location: Location) -> str:
    parts = [f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in location]
    return "".join(parts).removeprefix(".")

