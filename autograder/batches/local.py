"""The processes of this machine as a workforce."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.batches.order import Order, Workforce, grade_order
from autograder.course.models import Limits, LoadedAssignment
from autograder.grading.batch import patience
from autograder.grading.crew import Crew, Failure, Post, bench
from autograder.grading.measure import limits_here
from autograder.grading.result import Result
from autograder.sandbox.backend import choose
from autograder.sandbox.leftovers import mark, remove_leftovers


@contextmanager
def local_crew(
    loaded: LoadedAssignment,
    *,
    seed: int,
    sandbox: str = "auto",
    trusted: bool = False,
    private: Sequence[Path] = (),
    jobs: int | None = None,
) -> Iterator[Workforce]:
    """Workers with a bench each. Raises Refused when no sandbox may be used, SelfTestFailed when this machine is at fault."""
    chosen = choose(sandbox, trusted=trusted, gpu=loaded.assignment.gpu, private=private)
    remove_leftovers()
    with tempfile.TemporaryDirectory(prefix=mark()) as turns:
        post = Post(loaded, chosen, seed, trusted, tuple(private), Path(turns))
        with Crew(post, jobs or os.cpu_count() or 1, patience(loaded.assignment.limits)) as crew:
            limits = limits_here(crew)
            crew.patience = patience(limits)
            yield _Local(crew, limits)


@dataclass(frozen=True)
class _Assigned:
    order: Order
    limits: Limits


class _Local:
    def __init__(self, crew: Crew, limits: Limits) -> None:
        self._crew, self._limits = crew, limits

    def run(self, orders: Iterable[Order]) -> Iterator[tuple[Order, Result | Failure]]:
        """Once each: the queue knows how often a task was tried, also by those that were killed."""
        assigned = (_Assigned(order, self._limits) for order in orders)
        for one, outcome in self._crew.run(_grade_here, assigned, tries=1):
            yield one.order, outcome


def _grade_here(assigned: _Assigned) -> Result:
    """In a worker."""
    bench().limits = assigned.limits
    return grade_order(bench(), assigned.order)
