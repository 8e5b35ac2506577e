"""Who has which submission open: in memory, for as long as their page asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

FRESH_SECONDS = 15.0
"""A page asks every five seconds; after three that it missed, it is closed."""

Place = tuple[int, str]
"""An attempt and a criterion."""


@dataclass
class Presence:
    """Who looks at what. `clock` counts seconds."""

    clock: Callable[[], float] = time.monotonic
    _seen: dict[str, tuple[Place, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def look(self, name: str, place: Place) -> list[str]:
        """`name` has `place` open now. Who else has it open."""
        with self._lock:
            self._seen[name] = (place, self.clock())
            return sorted(who for who in self._others(name) if self._seen[who][0] == place)

    def taken(self, name: str) -> set[Place]:
        """Places that others have open."""
        with self._lock:
            return {self._seen[who][0] for who in self._others(name)}

    def _others(self, name: str) -> list[str]:
        now = self.clock()
        return [who for who, (_, at) in self._seen.items() if who != name and now - at < FRESH_SECONDS]
