"""What a page that is handed back says besides the result: what staff decided, and how to ask about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Exchange:
    """A student's request about a criterion, and the answer; both empty texts are left out."""

    asked: str
    answered: str = ""
    changed: bool | None = None
    """None while nobody has answered."""

    @property
    def outcome(self) -> str:
        """How it ended, for a heading."""
        return {None: "Not answered yet", True: "Answered, and changed", False: "Answered, and kept"}[self.changed]


@dataclass(frozen=True)
class StaffWord:
    """What staff say about one criterion. Who said it stays with them."""

    decided: bool = False
    """A person gave the points."""
    instead: str = ""
    """What the points stand instead of, where a person overrode the tests."""
    comment: str = ""
    exchanges: tuple[Exchange, ...] = ()
    patch: str = ""
    """A change of the code that they tried, as a diff, where they want the student to read it."""


@dataclass(frozen=True)
class Ask:
    """How to ask for a regrade of one criterion: where to send the lines that the page shows."""

    to: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Letter:
    """The parts of a returned page that a result does not hold."""

    handed_in: str = ""
    """Which attempt this is, and when it was handed in."""
    regraded: str = ""
    """Why it was graded again, and what that changed; empty when it was not."""
    words: Mapping[str, StaffWord] = field(default_factory=dict)
    """By criterion."""
    ask: Ask | None = None
