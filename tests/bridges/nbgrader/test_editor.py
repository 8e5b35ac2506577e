"""Our sources and releases in nbgrader: its editor opens them, its validation has nothing against them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.cli import run
from tests.boundaries.arrows import ROOT

pytestmark = pytest.mark.slow
NOTEBOOKS = sorted([*ROOT.glob("assignments/*/source.ipynb"), *ROOT.glob("student_template/*/*.ipynb")])
_EDITORS_IDS = re.compile(r"[a-zA-Z0-9_\-]+")
"""What nbgrader's editor (the extension `create_assignment`) takes for the id of a cell."""


def defects(tree: dict[str, Any]) -> Iterator[str]:
    """What nbgrader's schema, its CheckCellMetadata or its editor would object to."""
    import nbformat
    from nbgrader.nbgraderformat import MetadataValidator, ValidationError
    from nbgrader.nbgraderformat.common import SchemaMismatchError

    try:
        MetadataValidator().validate_nb(nbformat.from_dict(tree))
    except (ValidationError, SchemaMismatchError) as error:
        yield str(error).splitlines()[0]
    for index, cell in enumerate(tree["cells"], start=1):
        marks = cell["metadata"].get("nbgrader")
        if marks is None:
            continue
        if not _EDITORS_IDS.fullmatch(str(marks.get("grade_id", ""))):
            yield f"cell {index}: the editor takes no id {marks.get('grade_id')!r}"
        if (marks["grade"] or marks.get("task")) and not isinstance(marks.get("points"), int | float):
            yield f"cell {index}: points are no number"


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: f"{path.parent.parent.name}-{path.parent.name}")
def test_nbgrader_has_nothing_against_it(notebook: Path) -> None:
    assert list(defects(json.loads(notebook.read_text()))) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"points": "many"}, "points"),
        ({"grade_id": "why?"}, "the editor takes no id"),
        ({"grade_id": "affine"}, "Duplicate grade id: affine"),
        ({"schema_version": 2}, "Outdated schema version"),
        ({"solution": False}, "not marked as a solution cell"),
    ],
)
def test_every_defect_would_be_seen(tiny: Path, change: dict[str, Any], told: str) -> None:
    tree = json.loads((tiny / "assignments/scale/source.ipynb").read_text())
    [why] = [c for c in tree["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == "why"]
    why["metadata"]["nbgrader"] |= change
    assert told in "\n".join(defects(tree))


def test_its_validate_command_asks_for_the_written_answer_alone(tiny: Path) -> None:
    """On a fresh release, stubs and all: what students see who run it."""
    assert run(["--course", str(tiny), "release", "scale"]) == 0
    call = [sys.executable, "-m", "nbgrader", "validate", "scale.ipynb"]
    done = subprocess.run(call, cwd=tiny / "student_template/scale", capture_output=True, text=True)
    assert "VALIDATION FAILED ON 1 CELL(S)" in done.stdout
    assert "You did not provide a response." in done.stdout
