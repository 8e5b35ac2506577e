"""Ctrl-C reaches every process of the terminal at once. The coordinator answers it; workers leave without a word."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

INTERRUPTED = 130


@contextmanager
def interrupts_wait() -> Iterator[None]:
    """Who is started within hears no Ctrl-C before `leave_when_interrupted`: while Python imports, its answer is a
    traceback. The caller hears it afterwards."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def leave_when_interrupted() -> None:
    """In a worker, before anything else: from here on a Ctrl-C ends it, also one that came while it was being started.

    At once, and not with an exception, which whatever runs (pytest, a converter) may catch, tell and go on. Nothing is
    closed: the code that was interrupted may hold the lock. Sandboxes end with their worker, and the next one that
    starts sweeps what they left.
    """
    signal.signal(signal.SIGINT, lambda number, frame: os._exit(INTERRUPTED))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
