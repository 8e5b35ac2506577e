"""A submission as it was handed in, but for the text of some of its cells."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from autograder.course.models import Assignment
from autograder.grading.archive import Rejected
from autograder.grading.intake import MAX_NOTEBOOK_MB, copy_artifact, find_files


def write_edited(data: bytes, name: str, edits: Mapping[int, str], assignment: Assignment, folder: Path) -> Path:
    """Write the submission `data`, a file called `name`, into the empty `folder` with other text in some of its cells.

    `edits`: number of a cell, from 1 → its text; a module is one cell. Its artifacts come along. Returns what to grade. Raises
    Rejected, as intake does, and OSError.
    """
    suffix = Path(name).suffix.lower()[:12]
    with tempfile.TemporaryDirectory(dir=folder.parent) as given:
        handed_in = Path(given) / f"{assignment.slug}{suffix}"
        handed_in.write_bytes(data)
        main, beside = find_files(handed_in, assignment)
        if main.size > MAX_NOTEBOOK_MB * 2**20:
            raise Rejected("The notebook is too large to be read.")
        module = main.name.lower().endswith(".py")
        text = _module(main.read(), edits) if module else _notebook(main.read(), edits)
        (folder / f"{assignment.slug}{'.py' if module else '.ipynb'}").write_bytes(text)
        for artifact, entry in beside.items():
            copy_artifact(artifact, entry, assignment, folder)
    return folder


def _module(data: bytes, edits: Mapping[int, str]) -> bytes:
    return edits[1].encode("utf-8", "replace") if 1 in edits else data


def _notebook(data: bytes, edits: Mapping[int, str]) -> bytes:
    if not edits:
        return data
    try:
        tree = json.loads(data.decode("utf-8-sig"))
        for index, text in edits.items():
            tree["cells"][index - 1]["source"] = text
    except (ValueError, LookupError, TypeError, RecursionError):
        raise Rejected("The notebook cannot be read, so there is nothing in it to edit.") from None
    return json.dumps(tree).encode()
