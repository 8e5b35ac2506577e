"""What a submission has used so far: for its limits, and for the limits that others get from it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

MOST_DEATHS = 2
"""How often the code for one question is stopped before the rest of its tests is skipped."""


@dataclass
class Usage:
    """Seconds. Only the submission's own time counts: the grader's between two requests is not its fault."""

    slowest_import: float = 0.0
    """Wall clock of the cell that took longest to execute."""
    slowest_call: float = 0.0
    total: float = 0.0
    cpu: float = 0.0
    """CPU time of the children that have ended."""

    @contextmanager
    def of_a_request(self, verb: str) -> Iterator[None]:
        """Count what passes inside."""
        began = time.monotonic()
        try:
            yield
        finally:
            seconds = time.monotonic() - began
            self.total += seconds
            if verb == "load":
                self.slowest_import = max(self.slowest_import, seconds)
            else:
                self.slowest_call = max(self.slowest_call, seconds)

    def add(self, other: Usage) -> None:
        """Another peer of the same submission."""
        self.slowest_import = max(self.slowest_import, other.slowest_import)
        self.slowest_call = max(self.slowest_call, other.slowest_call)
        self.total += other.total
        self.cpu += other.cpu
