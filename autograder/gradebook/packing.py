"""What was handed in, as one file: a folder becomes a zip whose bytes depend on nothing but its files."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from pathlib import Path

from autograder.gradebook.errors import GradebookError

MAX_MB = 512
_IGNORED = ("__MACOSX", ".ipynb_checkpoints", "__pycache__", ".git")
_THEN = (1980, 1, 1, 0, 0, 0)


def packed(path: Path) -> tuple[str, bytes]:
    """Name and bytes of what was handed in at `path`. Links are not followed. Raises GradebookError."""
    try:
        if path.is_dir() and not path.is_symlink():
            return f"{path.name}.zip", _zipped(path)
        if not stat.S_ISREG(path.lstat().st_mode):
            raise GradebookError(f"{path}: this is neither a file nor a folder. Put the file itself there.")
        return path.name, _read(path, MAX_MB * 2**20)
    except OSError as error:
        raise GradebookError(
            f"{path} cannot be read ({error.strerror}). Look at the path and its permissions."
        ) from error


def _zipped(folder: Path) -> bytes:
    """Stored, not compressed: another version of zlib would give other bytes."""
    buffer, left = io.BytesIO(), MAX_MB * 2**20
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for file in _files(folder):
            data = _read(file, left)
            left -= len(data)
            name = file.relative_to(folder).as_posix().encode("utf-8", "replace").decode()
            archive.writestr(zipfile.ZipInfo(name, _THEN), data)
    return buffer.getvalue()


def _files(folder: Path) -> list[Path]:
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _IGNORED]
        found += [Path(place, name) for name in names]
    return sorted(file for file in found if stat.S_ISREG(file.lstat().st_mode))


def _read(file: Path, most: int) -> bytes:
    with file.open("rb") as opened:
        data = opened.read(most + 1)
    if len(data) > most:
        raise GradebookError(f"{file}: more than {MAX_MB} MB were handed in. Take out what grading does not need.")
    return data
