"""Values made of tuples, lists and dicts: map over their leaves, list them with their places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


def map_leaves(function: Callable[[Any], Any], value: Any) -> Any:
    """`value` with every leaf replaced by `function(leaf)`; subclasses of containers become the plain ones."""
    if isinstance(value, tuple):
        return tuple(map_leaves(function, item) for item in value)
    if isinstance(value, list):
        return [map_leaves(function, item) for item in value]
    if isinstance(value, dict):
        return {key: map_leaves(function, item) for key, item in value.items()}
    return function(value)


def leaves(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """(place, leaf) pairs in order; a place is the keys and indices that lead to the leaf."""
    if isinstance(value, tuple | list):
        for index, item in enumerate(value):
            yield from leaves(item, (*place, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*place, key))
    else:
        yield place, value


def pairs(one: Any, other: Any) -> Iterator[tuple[Any, Any]]:
    """Leaves of `one` with what stands at the same place in `other` (None where nothing does)."""
    if isinstance(one, tuple | list):
        rest = list(other) if isinstance(other, tuple | list) else []
        for index, item in enumerate(one):
            yield from pairs(item, rest[index] if index < len(rest) else None)
    elif isinstance(one, dict):
        for key, item in one.items():
            yield from pairs(item, other.get(key) if isinstance(other, dict) else None)
    else:
        yield one, other
