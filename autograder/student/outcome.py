"""How one public check came out. Light: the process of the student's code imports this and no more of the kit."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Ending = Literal["passed", "failed", "not attempted", "timed out", "skipped"]


@dataclass(frozen=True)
class Place:
    """A line of the student's notebook; `text` is what stands there."""

    cell: int
    line: int
    text: str = ""

    def __str__(self) -> str:
        return f"cell {self.cell}, line {self.line}"


@dataclass(frozen=True)
class Fault:
    """Why a check, or a cell that it needs, did not come through."""

    ending: Ending
    message: str = ""
    place: Place | None = None
    """Where in the notebook, when the student's code raised."""
    test: str = ""
    """Where in the tests, when an assertion did not hold: `tests/test_cell.py, line 12`."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Fault:
        place = Place(**data["place"]) if data["place"] else None
        return cls(data["ending"], data["message"], place, data["test"])


@dataclass(frozen=True)
class Check:
    """One public test, run on the notebook."""

    id: str
    """pytest's node id."""
    question: str
    title: str
    """First line of the test's docstring: what holds."""
    fault: Fault | None = None
    printed: str = ""
    """The beginning of what the student's code printed meanwhile."""

    @property
    def ending(self) -> Ending:
        return self.fault.ending if self.fault else "passed"
