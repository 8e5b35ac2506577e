"""Starting a zygote: the program, its environment, and how it is ended."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import autograder

_CLEARING_SECONDS = 5.0
_MARK = "GRADUS_ZYGOTE"

# One thread, and an allocator without habits of its own: results repeat. Large tensors get pages of their own and give
# them back at once: on a heap, small tensors between large ones can make it hold eight times what is in use.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "USER": "student",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
    "MALLOC_MMAP_THRESHOLD_": str(2**16),
    "MALLOC_TRIM_THRESHOLD_": str(2**34),
    "MALLOC_TOP_PAD_": str(2**26),
    "MALLOC_ARENA_MAX": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
}

ROOT = str(Path(autograder.__file__).resolve().parents[1])
# Our own code before an installed copy of it, but behind the standard library.
_START = """
import socket, sys
place = next((i for i, path in enumerate(sys.path) if path.endswith("site-packages")), len(sys.path))
sys.path.insert(place, {root!r})
from autograder.child.zygote import main
main({control})
"""


def program(control: str, root: str = ROOT) -> str:
    """The zygote's program. `control` is the expression of its socket, `root` where it finds `autograder`."""
    return _START.format(root=root, control=control)


class Launch(Protocol):
    """A zygote that has been started."""

    def connect(self, seconds: float) -> socket.socket:
        """The socket to talk to it, once it is there. Raises OSError."""
        ...

    def end(self, *, at_once: bool) -> str:
        """End it and everything it started; its last words, for staff. Without `at_once` it is ending by itself."""
        ...


class LocalLaunch:
    """A zygote that is a process of this machine. `prefix` is a command that it runs under; `root` is as it sees it."""

    def __init__(self, prefix: Sequence[str] = (), root: str = ROOT) -> None:
        self._control, theirs = socket.socketpair()
        self._mark = secrets.token_hex(16)
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 — closed with the zygote
        control = f"socket.socket(fileno={theirs.fileno()})"
        self._process = subprocess.Popen(
            [*prefix, sys.executable, "-I", "-c", program(control, root)],
            pass_fds=[theirs.fileno()],
            env=ENVIRONMENT | {_MARK: self._mark},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            cwd="/",
            start_new_session=True,  # a signal to its group is none to ours
        )
        theirs.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def connect(self, seconds: float) -> socket.socket:
        return self._control

    def end(self, *, at_once: bool) -> str:
        self._control.close()
        if at_once:
            self._process.kill()
        try:
            code = self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        _kill_marked(f"{_MARK}={self._mark}".encode())
        self._said.seek(0)
        said = self._said.read()[-500:].decode(errors="replace").strip()
        self._said.close()
        return f"exit code {code}" + (f": {said}" if said else "")


def _kill_marked(mark: bytes) -> None:
    """Kill processes with `mark` in their environment: nobody reaps them after a zygote that was killed.

    Until none is left: one may have forked between being found and being killed, and dying takes a moment.
    """
    deadline = time.monotonic() + _CLEARING_SECONDS
    while (marked := _marked(mark)) and time.monotonic() < deadline:
        for pid in marked:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.005)


def _marked(mark: bytes) -> list[int]:
    """Living processes with `mark` in their environment; one that has ended and is not reaped yet has none."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                if mark in Path(f"/proc/{entry}/environ").read_bytes().split(b"\0"):
                    found.append(int(entry))
    return found
