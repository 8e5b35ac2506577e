"""Results on disk: written whole or not at all."""

from __future__ import annotations

import re
from pathlib import Path

from autograder.course.atomic import write_atomically, write_bytes_atomically
from autograder.grading.result import Result

__all__ = ["read_result", "remove_torn", "write_atomically", "write_bytes_atomically", "write_result"]

_TEMPORARY = re.compile(r"\..+-[a-z0-9_]{8}")
"""As mkstemp(3) of Python names them."""


def remove_torn(folder: Path) -> None:
    """Remove what writers that were killed left in `folder`. Only for whoever alone writes there."""
    for path in folder.glob(".*-*"):
        if _TEMPORARY.fullmatch(path.name):
            path.unlink(missing_ok=True)


def write_result(folder: Path, result: Result) -> None:
    """`folder/result.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / "result.json", result.model_dump_json(by_alias=True, indent=1) + "\n")


def read_result(folder: Path) -> Result:
    """The result that stands in `folder`."""
    return Result.model_validate_json((folder / "result.json").read_text(encoding="utf-8"))
