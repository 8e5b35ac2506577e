"""What a child prints: kept up to a bound, drained to the end, the child killed when it is far too much."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

_KEPT = 2**20


class OutputDrain:
    """Reads the pipe `fd` in a thread until it closes; calls `on_overflow` once past `limit` bytes."""

    def __init__(self, fd: int, limit: int, on_overflow: Callable[[], None]) -> None:
        self.kept = bytearray()
        self.total = 0
        self._fd, self._limit, self._on_overflow = fd, limit, on_overflow
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    @property
    def overflowed(self) -> bool:
        return self.total > self._limit

    def _drain(self) -> None:
        try:
            while chunk := os.read(self._fd, 65536):
                before, self.total = self.total, self.total + len(chunk)
                self.kept += chunk[: max(0, _KEPT - len(self.kept))]
                if before <= self._limit < self.total:
                    self._on_overflow()
        finally:
            os.close(self._fd)

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)
