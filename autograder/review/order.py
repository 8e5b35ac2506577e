"""In which order a TA meets the submissions: another one for each TA and criterion, and the same every day.

The first ten that somebody marks get other points than those in the middle. With one order for all, the same students
would always be first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from autograder.gradebook.attempts import Attempt
from autograder.gradebook.book import Gradebook
from autograder.review.counted import that_count


class Named(Protocol):
    """What has a pseudonym. Pseudonyms are drawn at random for each gradebook: they are the salt."""

    @property
    def pseudonym(self) -> str: ...


One = TypeVar("One", bound=Named)


def shuffled(attempts: Iterable[One], who: str, assignment: str, criterion: str) -> list[One]:
    """`attempts` in the order that `who` marks them for `criterion`."""
    before = hashlib.sha256("\0".join((who, assignment, criterion, "")).encode())

    def lot(one: Named) -> bytes:
        drawn = before.copy()
        drawn.update(one.pseudonym.encode())
        return drawn.digest()

    return sorted(attempts, key=lot)


class Orders:
    """The order of each person and criterion, remembered for as long as the same attempts count."""

    def __init__(self, book: Gradebook) -> None:
        self._book = book
        self._known: dict[tuple[str, str, str], tuple[object, list[Attempt]]] = {}

    def of(self, who: str, slug: str, criterion: str) -> list[Attempt]:
        """All attempts that count. Not to be changed."""
        here, key = that_count(self._book, slug), (who, slug, criterion)
        known = self._known.get(key)
        if known is None or known[0] is not here:
            known = self._known[key] = (here, shuffled(here.values(), who, slug, criterion))
        return known[1]


def draw(*words: str) -> bytes:
    """A number that looks random and is the same for the same words."""
    return hashlib.sha256("\0".join(words).encode()).digest()


def neighbour(
    order: Sequence[int], current: int | None, wanted: set[int], *, back: bool = False, turn: bool = False
) -> int | None:
    """The next of `wanted` after `current` in `order`, or the one before; with `turn`, after the end comes the start."""
    if current is None or current not in order:
        return next((one for one in order if one in wanted), None)
    at = order.index(current)
    ahead = order[:at][::-1] if back else [*order[at + 1 :], *(order[:at] if turn else ())]
    return next((one for one in ahead if one in wanted), None)
