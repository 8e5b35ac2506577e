"""Sandboxes that fail as they are told, around real ones; they are opened in workers, by name."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from autograder.course.models import Limits
from autograder.grading import crew
from autograder.sandbox.backend import Backend, Sandbox
from autograder.sandbox.faults import GraderFault


class Failing:
    """A backend of which `fails(number)` says whether its number-th sandbox, from 1, can be opened."""

    name = "process"

    def __init__(self, fails: Callable[[int], bool]) -> None:
        from autograder.sandbox.backends.process import ProcessBackend

        self._real: Backend = ProcessBackend()
        self._fails, self.opened = fails, 0

    def open(self, limits: Limits) -> Sandbox:
        self.opened += 1
        if self._fails(self.opened):
            raise GraderFault("the daemon does not answer")
        return self._real.open(limits)

    def close(self) -> None:
        self._real.close()


def open_bench(post: Any) -> None:
    """In a worker, instead of the real thing: the daemon stops before the third sandbox, and stays away."""
    from autograder.grading.bench import Bench

    crew._post = post
    crew._bench = Bench(post.loaded, Failing(lambda number: number >= int(os.environ["GRADUS_FAILS_FROM"])), seed=7)
