"""One edited submission on its way through the sandbox."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from autograder.course.models import LoadedAssignment
from autograder.grading.result import Result

State = Literal["waiting", "starting", "running", "done", "failed", "stopped"]


@dataclass
class Trial:
    """One edited submission. The thread that runs it writes, pages read."""

    id: int
    who: str
    place: tuple[int, str]
    """Attempt and criterion."""
    loaded: LoadedAssignment
    data: bytes = field(repr=False)
    name: str
    edits: Mapping[int, str]
    patch: str
    before: Result | None
    """The result that the attempt has."""
    state: State = "waiting"
    started: float | None = None
    after: Result | None = None
    trouble: str = ""
    """Why there is no outcome: a fault of ours, never of the code."""
    told: Path | None = None
    """A file in which the worker says how far it is."""

    @property
    def over(self) -> bool:
        return self.state in ("done", "failed", "stopped")

    @property
    def progress(self) -> tuple[int, int] | None:
        """Criteria that are decided, and all of them."""
        try:
            done, of = (self.told or Path()).read_text(encoding="ascii").split("/")
            return int(done), int(of)
        except (OSError, ValueError):
            return None

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started if self.started is not None else 0.0
