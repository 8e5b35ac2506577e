"""Edited submissions, run one after the other in the same sandbox as grading: never in the desk's own process."""

from __future__ import annotations

import itertools
import tempfile
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from autograder import __version__
from autograder.course.models import Limits, LoadedAssignment
from autograder.grading.blank import assignment_sha256
from autograder.grading.crew import Crew, Failure, Post
from autograder.grading.result import Environment, Result
from autograder.review.rerun import Run, rerun
from autograder.review.trial import Trial
from autograder.sandbox.backend import choose
from autograder.sandbox.leftovers import mark

MOST_WAITING = 8
MOST_KEPT = 200
IDLE_SECONDS = 300.0
"""How long a sandbox is kept ready for the next one."""


class Busy(Exception):
    """It cannot be run now; the message says what to do."""


class Trials:
    """A context manager: nothing of it runs afterwards. `private` is what student code must not be able to read."""

    def __init__(self, *, sandbox: str = "auto", trusted: bool = False, private: tuple[Path, ...] = ()) -> None:
        self._sandbox, self._trusted, self._private = sandbox, trusted, private
        self._numbers = itertools.count(1)
        self._last: OrderedDict[tuple[str, int, str], Trial] = OrderedDict()
        self._waiting: deque[Trial] = deque()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._now: Trial | None = None
        self._crew: Crew | None = None
        self._closed = False

    def __enter__(self) -> Trials:
        return self

    def __exit__(self, *error: object) -> None:
        with self._wake:
            self._closed = True
            self._waiting.clear()
            if self._crew is not None:
                self._crew.break_off()
            self._wake.notify_all()
        if self._thread is not None:
            self._thread.join(30)

    def last(self, who: str, attempt: int, criterion: str) -> Trial | None:
        """What `who` tried last at a place."""
        return self._last.get((who, attempt, criterion))

    def ahead(self, trial: Trial) -> int:
        """How many are run before one that waits."""
        with self._wake:
            return self._waiting.index(trial) + (self._now is not None) if trial in self._waiting else 0

    def start(
        self, who: str, place: tuple[int, str], loaded: LoadedAssignment, data: bytes, name: str,
        edits: Mapping[int, str], patch: str, before: Result | None,
    ) -> Trial:  # fmt: skip
        """Put an edited submission into the queue. Raises Busy."""
        with self._wake:
            if any(one.who == who and not one.over for one in [*self._waiting, *([self._now] if self._now else [])]):
                raise Busy("Your last one is not finished yet. Wait for it, or stop it.")
            if len(self._waiting) >= MOST_WAITING:
                raise Busy("Too many of you try something at the moment. Try again in a minute; nothing here is lost.")
            trial = Trial(next(self._numbers), who, place, loaded, data, name, edits, patch, before)
            self._last[who, *place] = trial
            self._last.move_to_end((who, *place))
            while len(self._last) > MOST_KEPT:
                self._last.popitem(last=False)
            self._waiting.append(trial)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="trials", daemon=True)
                self._thread.start()
            self._wake.notify_all()
        return trial

    def stop(self, trial: Trial) -> None:
        """Break one off, or take it out of the queue."""
        with self._wake:
            if trial.over:
                return
            trial.state = "stopped"
            if trial in self._waiting:
                self._waiting.remove(trial)
                trial.data = b""
            elif trial is self._now and self._crew is not None:
                self._crew.break_off()

    # ── in a thread of its own ───────────────────────────────────────────────────────────────────────────────────

    def _work(self) -> None:
        stack, ready = ExitStack(), None
        with stack:
            while (trial := self._next(IDLE_SECONDS if ready is not None else None)) is not None or not self._closed:
                if trial is None:  # idle: the next one starts a sandbox again
                    stack.close()
                    ready = self._crew = None
                    continue
                try:
                    ready = self._prepared(stack, ready, trial)
                    self._run(trial, ready)
                except Exception as error:
                    self._failed(trial, str(error) or repr(error))
                    stack.close()
                    ready = self._crew = None
                finally:
                    trial.data = b""

    def _next(self, patience: float | None) -> Trial | None:
        with self._wake:
            self._now = None
            self._wake.wait_for(lambda: self._closed or bool(self._waiting), patience)
            if self._closed or not self._waiting:
                return None
            self._now = self._waiting.popleft()
            self._now.started = time.monotonic()
            self._now.state = "starting"
            return self._now

    def _prepared(self, stack: ExitStack, ready: _Ready | None, trial: Trial) -> _Ready:
        """A worker for the assignment as it is now, with the seed of the result that is there."""
        key = (trial.loaded.slug, assignment_sha256(trial.loaded), trial.before.environment.seed if trial.before else 0)
        if ready is not None and ready.key == key:
            return ready
        stack.close()
        self._crew = None
        from autograder.grading.batch import patience
        from autograder.grading.measure import limits_here

        loaded, private = trial.loaded, (*self._folders(trial.loaded), *self._private)
        chosen = choose(self._sandbox, trusted=self._trusted, gpu=loaded.assignment.gpu, private=private)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=mark())))
        post = Post(loaded, chosen, key[2], self._trusted, private, folder)
        crew = stack.enter_context(Crew(post, 1, patience(loaded.assignment.limits)))
        self._crew = crew
        limits = limits_here(crew)
        crew.patience = 2 * patience(limits)
        return _Ready(key, crew, limits, folder)

    def _folders(self, loaded: LoadedAssignment) -> tuple[Path, ...]:
        return (loaded.paths.course / "assignments", loaded.paths.course / "solutions")

    def _run(self, trial: Trial, ready: _Ready) -> None:
        with self._wake:
            if trial.over:
                return
            trial.told, trial.state = ready.folder / f"told-{trial.id}", "running"
        before = trial.before
        again = before is None or before.status != "graded" or _other(before.environment, ready.key[1])
        run = Run(trial.data, trial.name, trial.edits, again, ready.limits, trial.told)
        for _, outcome in ready.crew.run(rerun, [run], tries=1):
            if isinstance(outcome, Failure):
                self._failed(trial, outcome.reason)
            else:
                self._done(trial, *outcome)
        with suppress(OSError):
            trial.told.unlink(missing_ok=True)

    def _done(self, trial: Trial, before: Result | None, after: Result) -> None:
        if after.status == "grader_error":
            self._failed(trial, after.environment.detail or after.message)
        elif trial.state != "stopped":
            trial.before, trial.after = before or trial.before, after
            trial.state = "done"

    def _failed(self, trial: Trial, reason: str) -> None:
        if trial.state != "stopped":
            trial.trouble = reason
            trial.state = "failed"


@dataclass(frozen=True)
class _Ready:
    """A worker with an assignment at hand."""

    key: tuple[str, str, int]
    crew: Crew
    limits: Limits
    folder: Path


def _other(where: Environment, assignment_sha256: str) -> bool:
    """Whether a result was made by other tests than those of today."""
    return (where.kit, where.assignment_sha256) != (__version__, assignment_sha256)
