"""What `run_autograder` starts: watches the process that grades and writes down what it says, as it says it.

No torch here and no test: a small process that outlives whatever grading runs into. A valid results.json stands at
every moment; grading is stopped while there is still time to say so.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from autograder.bridges.gradescope import container, results
from autograder.bridges.gradescope.settings import Settings, read_settings
from autograder.grading.result import Result

_GLANCE_SECONDS = 0.5
_CLOSING_SECONDS = 10.0
_DETAIL = 2000
"""Characters of what a test tells staff."""
_TORCH_THREADS = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class Stopped(Exception):
    """Somebody asked us to end: the platform, or `docker stop`."""


def main(arguments: list[str] | None = None) -> int:
    """Grade what stands in ROOT/submission into ROOT/results/results.json."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--root", type=Path, default=Path("/autograder"))
    root = parser.parse_args(arguments).root
    began = time.monotonic()
    signal.signal(signal.SIGTERM, _stop)
    settings = read_settings(root / "source")
    print(f"{settings.stamp}, at most {settings.total_seconds:g} s", flush=True)
    watch = Watch(root, settings, began + settings.total_seconds, attempt=_attempt(root / "submission_metadata.json"))
    try:
        watch.first()
        watch.follow()
    except Stopped:
        watch.end_early(results.ENDED_FROM_OUTSIDE, failed=False)
    except Exception:
        traceback.print_exc()
        watch.end_early(results.GRADER_ENDED)
    finally:
        watch.end_worker()
    print(f"Done in {time.monotonic() - began:.0f} s. {watch.memory_told()}", flush=True)
    return 0


def _stop(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough, and the last file must be written
    raise Stopped


def tell_staff(result: Result) -> None:
    """Standard output is for staff alone there: what each failed test saw, and what the grader itself failed at."""
    for criterion in result.criteria:
        for test in criterion.tests:
            if test.detail:
                print(f"{criterion.id} {test.name} {test.verdict}: {test.detail[-_DETAIL:]}", flush=True)
    if result.environment.detail:
        print(f"grader: {result.environment.detail[-_DETAIL:]}", flush=True)


def _attempt(metadata: Path) -> int | None:
    """Which of the student's submissions this is, from 1. All else in the file is about people, and not read."""
    try:
        earlier = json.loads(metadata.read_text(encoding="utf-8"))["previous_submissions"]
        return len(earlier) + 1
    except (OSError, ValueError, LookupError, TypeError):
        return None


@dataclass
class Watch:
    """One grading: the worker, the last result that it told, and the file."""

    root: Path
    settings: Settings
    deadline: float
    attempt: int | None = None
    last: Result | None = None
    """The last one with criteria in it."""
    ended: bool = False
    early: bool = False
    """Ended before the worker's last word."""
    peak_mb: int = 0
    worker: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def first(self) -> None:
        """A valid file before anything is started; run_autograder has put one there already."""
        if not (self.root / "results" / results.FILE).exists():
            (self.root / "results").mkdir(mode=0o700, exist_ok=True)
            results.write_results(self.root / "results", results.first_results(self.settings))

    def follow(self) -> None:
        """Start the worker and write down what it says, until it ends or time is up."""
        read, write = os.pipe()
        try:
            self.worker = subprocess.Popen(
                [sys.executable, "-I", "-m", WORKER, "--root", str(self.root), "--fd", str(write)],
                pass_fds=[write],
                stdin=subprocess.DEVNULL,
                env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", **_TORCH_THREADS},
            )
        finally:
            os.close(write)
        with os.fdopen(read, "rb", buffering=0) as pipe:
            self._listen(pipe.fileno())

    def _listen(self, pipe: int) -> None:
        heard = b""
        while not self.ended:
            self.peak_mb = max(self.peak_mb, container.memory().used_mb or 0)
            if time.monotonic() >= self.deadline:
                return self.end_early(results.OUT_OF_TIME, failed=False)
            if not select.select([pipe], [], [], _GLANCE_SECONDS)[0]:
                continue
            piece = os.read(pipe, 2**20)
            if not piece:
                return self.end_early(results.GRADER_ENDED)
            *lines, heard = (heard + piece).split(b"\n")
            if lines:
                self._take(lines)

    def _take(self, lines: list[bytes]) -> None:
        """Write the newest of several results that came at once."""
        for line in lines:  # one by one: of those before one that cannot be read nothing is lost
            newest = Result.model_validate_json(line)
            newest = results.keeping(self.last, newest) if newest.status == "placeholder" else newest
            self.last = newest if newest.criteria else self.last
        if newest.status != "placeholder":
            tell_staff(newest)
        if newest.status == "grader_error" and not newest.criteria:
            return self.end_early(newest.message)
        self.ended = newest.status != "placeholder"
        self._write(newest)

    def end_early(self, message: str, *, failed: bool = True) -> None:
        """Keep what was earned; the rest is open, and `message` says why."""
        if not self.ended:
            self.ended = self.early = True
            print(message, file=sys.stderr)
            self._write(results.ended_early(self.last, self.settings, message, failed=failed))

    def _write(self, result: Result) -> None:
        try:
            sent = results.document(result, self.settings, attempt=self.attempt)
            results.write_results(self.root / "results", sent)
        except (OSError, ValueError) as error:  # a full disk: the file before this one stands, and the next may succeed
            print(f"results.json could not be replaced: {error}", file=sys.stderr)

    def end_worker(self) -> None:
        """No process of ours outlives us: what the worker started ends with it."""
        if self.worker is None:
            return
        if not self.early:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.worker.wait(_CLOSING_SECONDS)  # it has told its last result, and closes what it opened
        if self.worker.poll() is None:
            self.worker.kill()
        self.worker.wait()

    def memory_told(self) -> str:
        """For staff: how close grading came to the container's limit."""
        limit = container.memory().limit_mb
        return f"Memory: at most {self.peak_mb} MB seen in use, of {limit or 'no limit that could be read'}."


WORKER = "autograder.bridges.gradescope.work"

if __name__ == "__main__":
    sys.exit(main())
