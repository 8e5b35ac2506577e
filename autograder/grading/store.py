"""Results on disk: written whole or not at all."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from autograder.grading.result import Result

_TEMPORARY = re.compile(r"\..+-[a-z0-9_]{8}")
"""As mkstemp(3) of Python names them."""


def write_atomically(path: Path, text: str) -> None:
    """Replace `path` with `text`; after a crash or on a full disk the old file still stands."""
    write_bytes_atomically(path, text.encode("utf-8"))


def write_bytes_atomically(path: Path, data: bytes) -> None:
    """Replace `path` with `data`, as a whole."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


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
