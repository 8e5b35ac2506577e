"""What was handed in, opened for looking: the notebook of an attempt, and the part of it that answers a question."""

from __future__ import annotations

import tempfile
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.notebook import NotebookError
from autograder.grading.archive import Rejected
from autograder.grading.intake import find_files
from autograder.submissions.cells import SeenCell, seen_cells

if TYPE_CHECKING:
    from autograder.course.models import Assignment

KEPT = 64
"""Notebooks that stay open: going back and forth between submissions reads none of them twice."""


@dataclass(frozen=True)
class Opened:
    """A submission that has been read; `trouble` says why there is nothing to see."""

    cells: tuple[SeenCell, ...] = ()
    trouble: str = ""

    def cell(self, index: int) -> SeenCell | None:
        return next((cell for cell in self.cells if cell.index == index), None)


class Shelf:
    """Opened submissions by the hash of what was handed in. `fetch` gives the bytes that belong to a hash."""

    def __init__(self, fetch: Callable[[str], bytes]) -> None:
        self._fetch = fetch
        self._open: OrderedDict[tuple[str, str], Opened] = OrderedDict()

    def open(self, sha256: str, name: str, assignment: Assignment) -> Opened:
        """The submission with this hash, which was handed in under `name`."""
        key = (sha256, assignment.slug)
        if key not in self._open:
            self._open[key] = opened(self._fetch(sha256), name, assignment)
            while len(self._open) > KEPT:
                self._open.popitem(last=False)
        return self._open[key]


def opened(data: bytes, name: str, assignment: Assignment) -> Opened:
    """The notebook or module in `data`, a file that was called `name`. Its own name is never shown: it may be a student's."""
    try:
        file, content = _main_file(data, name, assignment)
        if file.endswith(".py"):
            text = content.decode("utf-8-sig", "replace").replace("\r\n", "\n")
            return Opened((SeenCell(1, "code", text, None, None),))
        return Opened(seen_cells(content, "the notebook"))
    except (Rejected, NotebookError) as error:
        return Opened(trouble=str(error))


def _main_file(data: bytes, name: str, assignment: Assignment) -> tuple[str, bytes]:
    """The name and the bytes of the file that is graded."""
    with tempfile.TemporaryDirectory(prefix="gradus-review-") as folder:
        path = Path(folder) / f"submission{Path(name).suffix.lower()[:8]}"
        path.write_bytes(data)
        main, _ = find_files(path, assignment)
        return main.name.lower(), main.read()


def answers(cells: Sequence[SeenCell], question: str, criterion: str) -> list[SeenCell]:
    """The cells that answer a criterion: the one named like it, else all of its question."""
    named = [cell for cell in cells if cell.grade_id == criterion.replace(".", "-")]
    return named or [cell for cell in cells if cell.question == question]


def around(cells: Sequence[SeenCell], answer: Sequence[SeenCell]) -> list[SeenCell]:
    """What stands between the answer and its neighbours with a name, where it shows something: figures, printed lines."""
    if not answer:
        return []
    names = [cell.index for cell in cells if cell.grade_id is not None]
    before = max((index for index in names if index < answer[0].index), default=0)
    after = min((index for index in names if index > answer[-1].index), default=len(cells) + 1)
    inside = {cell.index for cell in answer}
    return [cell for cell in cells if before < cell.index < after and cell.index not in inside and cell.outputs]
