"""One process that runs a student's code, from outside."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import autograder

_TICK_SECONDS = 0.2
_ROOT = str(Path(autograder.__file__).resolve().parents[1])
# This very copy of the kit, also beside an installed one; behind the standard library, which packages must not shadow.
_START = f"""
import sys
place = next((i for i, path in enumerate(sys.path) if path.endswith("site-packages")), len(sys.path))
sys.path.insert(place, {_ROOT!r})
from autograder.student.worker import main
main()
"""


class Silent(Exception):
    """The process said nothing for as long as it was given."""


class Died(Exception):
    """The process ended before it was done; `how` says in words by what, `said` is its last line on stderr."""

    def __init__(self, how: str, said: str) -> None:
        super().__init__(how)
        self.how, self.said = how, said


class Worker:
    """A process of `autograder.student.worker` in `folder`; leaving the `with` block ends it and what it started."""

    def __init__(self, folder: Path, task: dict[str, Any]) -> None:
        # -P: a file torch.py or random.py beside the notebook is not what `import torch` should find.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,  # the worker closes it before it runs anything of the student's
            cwd=folder,
            env=_environment(),
            start_new_session=True,
        )
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        assert self._process.stdin is not None
        with suppress(OSError):  # it died at once: next_event says so
            self._process.stdin.write(json.dumps(task).encode())
            self._process.stdin.close()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *error: object) -> None:
        if os.name == "posix":
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def next_event(self, seconds: float, tick: Callable[[], None]) -> dict[str, Any]:
        """The next event, within `seconds`; `tick` is called while waiting. Raises Silent or Died."""
        deadline = time.monotonic() + seconds
        while True:
            tick()
            try:
                line = self._lines.get(timeout=max(0.0, min(_TICK_SECONDS, deadline - time.monotonic())))
            except queue.Empty:
                if self._process.poll() is not None and self._lines.empty():
                    raise Died(self._how(), self._said()) from None
                if time.monotonic() >= deadline:
                    raise Silent from None
                continue
            if line is None:
                raise Died(self._how(), self._said())
            event: dict[str, Any] = json.loads(line)
            return event

    def _how(self) -> str:
        try:
            code = self._process.wait(_TICK_SECONDS)
        except subprocess.TimeoutExpired:  # it closed its channel and lives
            return "its output was closed"
        if code >= 0:
            return f"exit code {code}"
        return {-9: "killed: perhaps out of memory", -11: "segmentation fault"}.get(code, f"signal {-code}")

    def _said(self) -> str:
        assert self._process.stderr is not None
        os.set_blocking(self._process.stderr.fileno(), False)
        lines = (self._process.stderr.read() or b"").decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""


def _environment() -> dict[str, str]:
    """Ours, so that the same packages are found; nothing is written and no window opens."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    return {
        **kept,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "MPLBACKEND": "Agg",
    }
