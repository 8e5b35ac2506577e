"""What is decided while a submission is still being graded, told to whoever wants to keep it."""

from __future__ import annotations

from collections.abc import Callable

from autograder.grading.result import Result

Told = Callable[[Result], None]


class Progress:
    """Calls a listener, and stops when it fails: keeping a part must never cost the whole."""

    def __init__(self, listener: Told | None) -> None:
        self._listener = listener
        self.trouble: list[str] = []
        """Why the listener was given up, for staff."""

    def tell(self, part: Callable[[], Result]) -> None:
        """Give the listener `part()`, which is made only when there is one."""
        if self._listener is None:
            return
        try:
            self._listener(part())
        except Exception as error:
            self._listener = None
            self.trouble.append(f"telling the progress failed: {error!r}")
