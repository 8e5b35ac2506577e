"""In a worker of the cluster: one bench, opened once and used for all orders of the same assignment."""

from __future__ import annotations

import getpass
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.batches.order import Order, grade_order
from autograder.course.models import Limits
from autograder.grading import crew
from autograder.grading.blank import assignment_sha256
from autograder.grading.crew import Done, Failure, Post, Task
from autograder.grading.measure import limits_here
from autograder.grading.result import Result
from autograder.sandbox.backend import choose

_one_at_a_time = threading.Lock()
_asked: tuple[Post, str] | None = None
"""What the bench was opened for, with the hash of the assignment as it was then."""
_limits: Limits | None = None


def grade_remotely(post: Post, order: Order) -> Result:
    """The result of an order. Raises GraderFault and SelfTestFailed when this machine cannot grade."""
    with _one_at_a_time:  # a worker of several threads has one bench all the same
        limits = _take_post(post)
        crew.bench().limits = limits
        return grade_order(crew.bench(), order)


def _take_post(post: Post) -> Limits:
    """Open the bench of `post`, unless it stands open; the limits on this machine."""
    global _asked, _limits
    asked = (post, assignment_sha256(post.loaded))
    if _limits is None or asked != _asked:
        _asked, _limits = None, None
        chosen = choose(post.sandbox, trusted=post.trusted, gpu=post.loaded.assignment.gpu, private=post.private)
        crew.take_post(replace(post, sandbox=chosen, turns=_turns()))
        _limits = limits_here(_Alone(crew.post()))
        _asked = asked
    return _limits


def _turns() -> Path:
    """All workers of one user on one machine take turns: a timing is repeated while none of the others grades."""
    folder = Path(tempfile.gettempdir()) / f"gradus-turns-of-{getpass.getuser()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@dataclass(frozen=True)
class _Alone:
    """What measuring needs of a crew, in this one process."""

    post: Post

    def run(self, work: Callable[[Task], Done], tasks: Iterable[Task]) -> Iterator[tuple[Task, Done | Failure]]:
        """One after the other, here."""
        for task in tasks:
            try:
                yield task, work(task)
            except Exception as error:
                yield task, Failure(repr(error))
