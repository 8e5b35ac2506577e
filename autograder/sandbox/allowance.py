"""How long one request may take: wall-clock seconds, or more while the machine holds back the processor."""

from __future__ import annotations

import time
from collections.abc import Callable

_GLANCE = 0.05
"""Seconds between two looks at the child's clock once the plain time is over."""
STARVED = 0.9
"""A child that had less than this part of the seconds as CPU time was held back, or slept; a loop has all of them."""
_MOVING = 0.02
"""A child that had less than this part sleeps: no processor would help it."""


class Allowance:
    """The time of one request, from now on.

    It ends after `seconds` of wall clock. With a `stretch` above 1 it goes on, up to `stretch` times as long, while the
    child runs and has not had `seconds` of CPU time yet: on a machine that is busy with other things an honest answer
    takes longer than the same answer on an idle one.
    """

    def __init__(self, seconds: float, cpu: Callable[[], float], stretch: float = 1.0) -> None:
        self.seconds, self._cpu = seconds, cpu
        self._began, self._cpu_began = time.monotonic(), cpu()
        self._most = seconds * stretch
        self.stretched = stretch > 1

    def used(self) -> float:
        """CPU seconds since the request began."""
        return self._cpu() - self._cpu_began

    def left(self) -> float:
        """Seconds until somebody has to look again. Raises TimeoutError."""
        gone = time.monotonic() - self._began
        if gone < self.seconds:
            return self.seconds - gone
        if gone < self._most and _MOVING * gone <= self.used() < self.seconds:
            return min(_GLANCE, self._most - gone)
        raise TimeoutError

    def starved(self, used: float) -> bool:
        """Whether `used` CPU seconds are too few to say that the submission itself is slow."""
        return used < STARVED * self.seconds
