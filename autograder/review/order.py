"""In which order a TA meets the submissions: another one for each TA and criterion, and the same every day.

The first ten that somebody marks get other points than those in the middle. With one order for all, the same students
would always be first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar


class Named(Protocol):
    """What has a pseudonym. Pseudonyms are drawn at random for each gradebook: they are the salt."""

    @property
    def pseudonym(self) -> str: ...


One = TypeVar("One", bound=Named)


def shuffled(attempts: Iterable[One], who: str, assignment: str, criterion: str) -> list[One]:
    """`attempts` in the order that `who` marks them for `criterion`."""
    return sorted(attempts, key=lambda one: draw(who, assignment, criterion, one.pseudonym))


def draw(*words: str) -> bytes:
    """A number that looks random and is the same for the same words."""
    return hashlib.sha256("\0".join(words).encode()).digest()


def neighbour(order: Sequence[int], current: int | None, wanted: set[int], step: int) -> int | None:
    """The next of `wanted` after `current` in `order` (before it, with `step` -1), around the end once."""
    start = order.index(current) if current in order else (-1 if step > 0 else 0)
    turn = [order[(start + step * n) % len(order)] for n in range(1, len(order) + 1)] if order else []
    return next((one for one in turn if one in wanted and one != current), None)
