"""Who may grade at the same time: many together, or one alone.

Two locks of the kernel's, which go with the process that holds them, however it ends. Whoever wants to be alone closes
the gate first: those inside finish, nobody else enters, so that waiting ends.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Turns:
    """The turns of all benches with the same folder; without one every bench is on its own."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @contextmanager
    def together(self) -> Iterator[None]:
        """As many as come; waits while somebody is alone or wants to be."""
        with self._enter(fcntl.LOCK_SH):
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else."""
        with self._enter(fcntl.LOCK_EX):
            yield

    @contextmanager
    def _enter(self, kind: int) -> Iterator[None]:
        if self._folder is None:
            yield
            return
        with (self._folder / "room").open("ab") as room:
            with (self._folder / "gate").open("ab") as gate:
                fcntl.flock(gate, fcntl.LOCK_EX)
                fcntl.flock(room, kind)
            yield
