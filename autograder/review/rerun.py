"""In a worker of grading: run a submission whose code somebody edited."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.models import Limits
from autograder.grading.archive import Rejected
from autograder.grading.crew import bench
from autograder.grading.edited import write_edited
from autograder.grading.result import Result
from autograder.sandbox.leftovers import mark


@dataclass(frozen=True)
class Run:
    """What a worker is given."""

    data: bytes = field(repr=False)
    name: str
    edits: Mapping[int, str]
    again: bool
    """The submission is run as it was handed in, too: what it has was made under other tests."""
    limits: Limits
    told: Path


def rerun(run: Run) -> tuple[Result | None, Result]:
    """The result of the submission as it was handed in, where that is asked for, and of the edited one."""
    bench().limits = run.limits
    before = _graded(run, {}, lambda result: None) if run.again else None
    return before, _graded(run, run.edits, lambda result: _tell(run.told, result))


def _graded(run: Run, edits: Mapping[int, str], told: Callable[[Result], None]) -> Result:
    with tempfile.TemporaryDirectory(prefix=mark()) as work:
        folder = Path(work) / "edited"
        folder.mkdir()
        try:
            path = write_edited(run.data, run.name, edits, bench().loaded.assignment, folder)
        except Rejected:  # the grader says the same about it, as a result
            path = Path(work) / f"as-handed-in{Path(run.name).suffix.lower()[:12]}"
            path.write_bytes(run.data)
        return bench().grade(path, identifier="tried", on_progress=told)


def _tell(place: Path, result: Result) -> None:
    tested = [one for one in result.criteria if one.kind == "tests"]
    done = sum(one.verdict.value != "NOT_RUN" for one in tested)
    place.write_text(f"{done}/{len(tested)}", encoding="ascii")
