"""An end to what does not end: the main thread is interrupted after some seconds, on every operating system."""

from __future__ import annotations

import _thread
import signal
import threading
from types import TracebackType

from autograder.student.outcome import Fault
from autograder.student.place import place_of


class TimeLimit:
    """`with limit:` raises KeyboardInterrupt in the main thread when the block takes longer than `seconds`.

    Code that never returns to the interpreter is not reached; the parent process ends that one.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.passed = False
        self._armed = False
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def __enter__(self) -> TimeLimit:
        self.passed, self._armed = False, True
        self._timer = threading.Timer(self.seconds, self._end)
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._armed = False
        if self._timer is not None:
            self._timer.cancel()

    def _end(self) -> None:
        with self._lock:
            if not self._armed:
                return
            self.passed, self._armed = True, False
        if hasattr(signal, "pthread_kill"):  # a real signal also wakes what sleeps
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        else:
            _thread.interrupt_main()

    def fault_of(self, error: BaseException) -> Fault | None:
        """The fault that `error` stands for, when this limit raised it."""
        if not (self.passed and isinstance(error, KeyboardInterrupt)):
            return None
        return Fault("timed out", f"Did not end within {self.seconds:g} s.", place_of(error))
