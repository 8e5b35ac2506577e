"""What nbgrader's preprocessors leave in a notebook: metadata, attachments, counters, ids."""

from __future__ import annotations

import re
from typing import Any

from autograder.course.findings import Findings

Json = dict[str, Any]

CELL_KEYS = ("nbgrader", "deletable", "editable")
NBGRADER_KEYS = (
    "cell_type",
    "checksum",
    "grade",
    "grade_id",
    "locked",
    "points",
    "schema_version",
    "solution",
    "task",
)
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def strip_private(notebook: Json) -> None:
    """Remove all metadata that are not ours, widget state, counters, and attachments no text shows."""
    notebook["metadata"] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook["cells"]:
        metadata = {key: cell["metadata"][key] for key in CELL_KEYS if key in cell["metadata"]}
        if "nbgrader" in metadata:
            metadata["nbgrader"] = {k: v for k, v in metadata["nbgrader"].items() if k in NBGRADER_KEYS}
        cell["metadata"] = metadata
        _strip_attachments(cell)
        for key in set(cell) - {
            "cell_type",
            "id",
            "metadata",
            "source",
            "outputs",
            "execution_count",
            "attachments",
        }:
            del cell[key]
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
        else:
            cell.pop("outputs", None)
            cell.pop("execution_count", None)


def _strip_attachments(cell: Json) -> None:
    """Keep what the text still shows: a cleared answer shows nothing."""
    source = "".join(cell["source"])
    shown = {name: data for name, data in cell.get("attachments", {}).items() if f"attachment:{name}" in source}
    cell.pop("attachments", None)
    if shown and cell["cell_type"] == "markdown":
        cell["attachments"] = shown


def check_ids(notebook: Json, file: str, findings: Findings) -> None:
    """Add a finding for every id that is not valid or stands twice: nbformat would make up a random one."""
    notebook["nbformat_minor"] = 5
    first: dict[str, int] = {}
    for index, cell in enumerate(notebook["cells"], start=1):
        if not isinstance(cell["id"], str) or not _ID.fullmatch(cell["id"]):
            findings.add(file, None, f"cell {index}: its id is not valid.", 'Delete the "id": release gives it one.')
        elif cell["id"] in first:
            fact = f'cell {index}: cell {first[cell["id"]]} has the same id "{cell["id"]}".'
            findings.add(file, None, fact, 'Delete the "id" of one of them: release gives it a new one.')
        first.setdefault(str(cell["id"]), index)
