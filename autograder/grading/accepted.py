"""Submissions whose outcome is known, as if students had handed them in."""

from __future__ import annotations

import hashlib
from pathlib import Path

from autograder.course.known import merge
from autograder.course.models import LoadedAssignment
from autograder.grading.bench import Bench
from autograder.grading.heal import heal
from autograder.grading.intake import Submission
from autograder.sandbox.submission import Cell

SOLUTION = "solution"


def hand_in(bench: Bench, name: str) -> Submission:
    """The submission called `solution`, or `kind/name` of those with a known outcome."""
    if name == SOLUTION:
        cells, _ = heal(bench.source, bench.source, bench.loaded.assignment)
        return _submission(bench.loaded, name, cells, None)
    known = next(one for one in bench.known if f"{one.kind}/{one.name}" == name)
    text = merge(bench.reference_source, known.definitions)
    return _submission(bench.loaded, name, (Cell(f"{known.name}.py", text),), known.artifact)


def hand_in_source(bench: Bench, name: str, source: str) -> Submission:
    """A module's `source` handed in under `name`, with the answer key's artifacts."""
    return _submission(bench.loaded, name, (Cell(f"{name}.py", source),), None)


def _submission(loaded: LoadedAssignment, name: str, cells: tuple[Cell, ...], artifact: str | None) -> Submission:
    digest = hashlib.sha256("\0".join(cell.source for cell in cells).encode()).hexdigest()
    return Submission(name, digest, name, cells, (), _artifacts(loaded, artifact))


def _artifacts(loaded: LoadedAssignment, chosen: str | None) -> dict[str, Path]:
    """The answer key's artifacts; or none; or the file of submissions/artifacts/ that the docstring names."""
    if chosen == "none":
        return {}
    folder = loaded.paths.artifacts if chosen is None else loaded.paths.known / "artifacts"
    found = {artifact.name: folder / (chosen or artifact.name) for artifact in loaded.assignment.artifacts}
    return {name: path for name, path in found.items() if path.is_file()}
