"""Workers that grade: each a process with a bench of its own, and one that dies costs nobody but its own task."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from autograder.course.models import LoadedAssignment
from autograder.grading.interrupt import interrupts_wait, leave_when_interrupted
from autograder.grading.turns import Turns
from autograder.sandbox.backend import open_backend

if TYPE_CHECKING:
    from autograder.grading.bench import Bench

_GLANCE_SECONDS = 1.0
_FAREWELL_SECONDS = 5.0
MOST_TRIES = 3

Task = TypeVar("Task")
Done = TypeVar("Done")


@dataclass(frozen=True)
class Post:
    """All that a bench is made of."""

    loaded: LoadedAssignment
    sandbox: str
    seed: int = 0
    trusted: bool = False
    private: tuple[Path, ...] = ()
    turns: Path | None = None

    def open(self) -> Bench:
        """The sandbox first: it imports torch on its side while we do on ours. Raises GraderFault."""
        started = open_backend(self.sandbox, trusted=self.trusted, gpu=self.loaded.assignment.gpu, private=self.private)
        from autograder.grading.bench import Bench

        return Bench(self.loaded, started, seed=self.seed, turns=Turns(self.turns))


@dataclass(frozen=True)
class Failure:
    """Why a task has no outcome, for staff."""

    reason: str


@dataclass(frozen=True)
class _Held(Generic[Task]):
    worker: ProcessPoolExecutor
    task: Task
    tries: int
    deadline: float


class _Supply(Generic[Task]):
    """Tasks with the number of the try: first those that are new, then those whose worker died."""

    def __init__(self, fresh: Iterator[Task]) -> None:
        self._fresh, self.again = fresh, list[tuple[Task, int]]()

    def following(self) -> tuple[Task, int] | None:
        for task in self._fresh:
            return task, 1
        return self.again.pop(0) if self.again else None


class Crew:
    """A context manager: nobody of it is left afterwards.

    One pool of many workers would not do: when one of them dies, the pool gives up every task it holds. So each worker
    is a pool of its own. A task whose worker died is given to another two more times, after all others.
    """

    def __init__(self, post: Post, size: int, patience: float) -> None:
        self.post, self._size, self.patience = post, size, patience
        self._idle: list[ProcessPoolExecutor] = []
        self._busy: list[ProcessPoolExecutor] = []

    def __enter__(self) -> Crew:
        self._idle = [self._hire() for _ in range(self._size)]
        return self

    def __exit__(self, *error: object) -> None:
        for worker in [*self._idle, *self._busy]:
            worker.shutdown(cancel_futures=True)

    def break_off(self) -> None:
        """End what is being worked on; may be called from another thread. `run` gives a Failure for it."""
        for worker in list(self._busy):
            _kill(worker)

    def _hire(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(1, context, initializer=_begin_work, initargs=(_open_bench, self.post))

    def run(
        self, work: Callable[[Task], Done], tasks: Iterable[Task], *, tries: int | None = None
    ) -> Iterator[tuple[Task, Done | Failure]]:
        """What `work` returns for each task, as it comes; it is called in a worker, where `bench()` is there.

        A task is taken from `tasks` when a worker is free for it: there may be more of them than fit into memory.
        """
        supply = _Supply(iter(tasks))
        most = MOST_TRIES if tries is None else tries
        held: dict[Future[Done], _Held[Task]] = {}
        while True:
            while self._idle and (following := supply.following()) is not None:
                worker, future = self._submit(work, following[0])
                held[future] = _Held(worker, *following, time.monotonic() + self.patience)
            if not held:
                return
            done = wait(held, timeout=_GLANCE_SECONDS, return_when=FIRST_COMPLETED).done
            for one in held.values():
                if time.monotonic() > one.deadline:
                    _kill(one.worker)  # its future breaks, as when it dies by itself
            for future in done:
                one = held.pop(future)
                self._busy.remove(one.worker)
                outcome = self._outcome(future, one.worker)
                if isinstance(outcome, Failure) and one.tries < most:
                    supply.again.append((one.task, one.tries + 1))
                else:
                    yield one.task, outcome

    def _submit(self, work: Callable[[Task], Done], task: Task) -> tuple[ProcessPoolExecutor, Future[Done]]:
        worker = self._idle.pop()
        try:
            future = _given(worker, work, task)
        except BrokenProcessPool:  # it died with nothing to do
            worker = self._hire()
            future = _given(worker, work, task)
        self._busy.append(worker)
        return worker, future

    def _outcome(self, future: Future[Done], worker: ProcessPoolExecutor) -> Done | Failure:
        try:
            outcome = future.result()
        except (BrokenProcessPool, OSError) as error:
            worker.shutdown(wait=False)
            self._idle.append(self._hire())
            return Failure(f"the process that graded it ended: {error!r}")
        except Exception as error:
            self._idle.append(worker)
            return Failure(repr(error))
        self._idle.append(worker)
        return outcome


def _given(worker: ProcessPoolExecutor, work: Callable[[Task], Done], task: Task) -> Future[Done]:
    with interrupts_wait():  # the process starts with its first task
        return worker.submit(work, task)


def _kill(worker: ProcessPoolExecutor) -> None:
    for process in list((worker._processes or {}).values()):
        process.kill()


# ── in a worker ──────────────────────────────────────────────────────────────────────────────────────────────────────

_post: Post | None = None
_bench: Bench | None = None


def bench() -> Bench:
    """The bench of this worker, for as long as it lives. Raises GraderFault, each time until it can be had."""
    global _bench
    if _bench is None:
        assert _post is not None, "only a worker has a bench"
        _bench = _post.open()
    return _bench


def post() -> Post:
    """What the bench of this worker is made of."""
    assert _post is not None, "only a worker has a post"
    return _post


def take_post(post: Post) -> None:
    """Be a worker of `post` from now on, in a process that somebody else started."""
    global _bench
    _close()
    _bench = None
    _open_bench(post)


def _begin_work(open_bench: Callable[[Post], None], post: Post) -> None:
    leave_when_interrupted()
    open_bench(post)


def _open_bench(post: Post) -> None:
    import atexit

    global _post
    if _post is None:
        leave_with_the_parent(_close)
        atexit.register(_close)
    _post = post
    with contextlib.suppress(Exception):
        bench()  # early: the first task is still on its way


def _close() -> None:
    if _bench is not None:
        _bench.backend.close()


def leave_with_the_parent(close: Callable[[], None] = lambda: None) -> None:
    """In a worker: `close()` and end when the coordinator does. It would wait for its next task for ever."""
    threading.Thread(target=_leave, args=(close,), daemon=True).start()


def _leave(close: Callable[[], None]) -> None:
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    parent.join()
    end = threading.Timer(_FAREWELL_SECONDS, os._exit, (1,))
    end.daemon = True
    end.start()
    with contextlib.suppress(Exception):
        close()
    os._exit(1)
