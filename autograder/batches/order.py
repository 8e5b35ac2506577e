"""One task of the queue as it goes to a worker, wherever that is: the submission's bytes come with it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from autograder.grading.crew import Failure
from autograder.grading.result import Result
from autograder.sandbox.leftovers import mark

if TYPE_CHECKING:
    from autograder.grading.bench import Bench

LABEL_LETTERS = 16


@dataclass(frozen=True)
class Order:
    """What there is to grade. Nothing in it says whose it is: a result belongs to a file, and graders do not see names."""

    task_id: int
    submission_sha256: str
    file: str
    data: bytes = field(repr=False)
    tries: int = 1

    @property
    def label(self) -> str:
        """Names the submission in its result."""
        return self.submission_sha256[:LABEL_LETTERS]


class Workforce(Protocol):
    """Whoever grades: the processes of this machine, or a cluster."""

    def run(self, orders: Iterable[Order]) -> Iterator[tuple[Order, Result | Failure]]:
        """Outcomes as they come. An order is taken when there is a hand free for it."""
        ...


def nameless(file_name: str, slug: str) -> str:
    """What a file is called while it is graded: its own name may be the student's."""
    return slug + PurePosixPath(file_name).suffix[:12]


def grade_order(bench: Bench, order: Order) -> Result:
    """In a worker: the result of an order, whatever is in it. Raises OSError when it cannot be put down."""
    with tempfile.TemporaryDirectory(prefix=mark()) as folder:
        path = Path(folder) / order.file
        path.write_bytes(order.data)
        return bench.grade(path, identifier=order.label)
