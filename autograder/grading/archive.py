"""What a student handed in, as a few named files: from a folder, a zip or a single file, never executed or unpacked blindly."""

from __future__ import annotations

import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import Path, PurePosixPath

MAX_FILES = 2000
_ALONE = "Hand in the notebook and what it asks for, alone."
_IGNORED = ("__MACOSX", ".ipynb_checkpoints", "__pycache__", ".git")


_UNSAFE = re.compile(r"[^\w.-]+")


def submission_id(path: Path) -> str:
    """The file's stem or the folder's name, safe as the name of a folder."""
    name = path.name if path.is_dir() else path.stem
    return _UNSAFE.sub("_", name).strip("._")[:80] or "submission"


def shown(name: str) -> str:
    """A file's name as it may be told: printable, short, no half of a surrogate pair."""
    text = "".join(ch if ch.isprintable() else "�" for ch in name)
    return text if len(text) <= 60 else f"{text[:30]}…{text[-20:]}"


class Rejected(Exception):
    """A submission that cannot be read. The message is for the student: fact, place, next step."""


# Everything that a damaged or hostile zip makes the standard library raise.
_BAD_ZIP = (
    zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError, struct.error, zlib.error,
    LZMAError,
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One file of a submission: its path inside it, its size, and how to read it."""

    path: PurePosixPath
    size: int
    read: Callable[[], bytes]

    @property
    def name(self) -> str:
        return self.path.name


def entries_of(path: Path) -> list[Entry]:
    """All files of the folder or zip `path`, links and clutter left out. Raises Rejected."""
    return _of_folder(path) if path.is_dir() else _of_zip(path)


def _wanted(path: PurePosixPath) -> bool:
    return not any(part in _IGNORED or part.startswith(".") for part in path.parts)


def _of_folder(folder: Path) -> list[Entry]:
    entries: list[Entry] = []
    for root, folders, files in os.walk(folder):  # links to folders are not followed
        folders[:] = sorted(name for name in folders if _wanted(PurePosixPath(name)))
        for name in sorted(files):
            file = Path(root, name)
            inner = PurePosixPath(file.relative_to(folder).as_posix())
            if not _wanted(inner):
                continue
            if file.is_symlink() and file.suffix in (".ipynb", ".py", ".safetensors"):
                raise Rejected(f"{shown(str(inner))} is a symbolic link. Hand in the file itself.")
            if file.is_file() and not file.is_symlink():
                entries.append(Entry(inner, file.stat().st_size, file.read_bytes))
            if len(entries) > MAX_FILES:
                raise Rejected(f"The folder holds more than {MAX_FILES} files. {_ALONE}")
    return entries


def _of_zip(path: Path) -> list[Entry]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except _BAD_ZIP as error:
        raise Rejected(
            "The zip cannot be opened: it is damaged or no zip. Make it again and hand in that one."
        ) from error
    if len(infos) > MAX_FILES:
        raise Rejected(f"The zip holds more than {MAX_FILES} files. {_ALONE}")
    entries = []
    for info in infos:
        inner = PurePosixPath(info.filename.replace("\\", "/"))
        if inner.is_absolute() or ".." in inner.parts:
            raise Rejected(
                f"The zip holds an entry that points outside of it ({shown(str(inner))}). Zip the folder again."
            )
        if stat.S_ISLNK(info.external_attr >> 16):
            raise Rejected(f"The zip holds a symbolic link ({shown(str(inner))}). Put the file itself into it.")
        if not info.is_dir() and _wanted(inner):
            entries.append(Entry(inner, info.file_size, _zip_reader(path, info)))
    return entries


def _zip_reader(path: Path, info: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with zipfile.ZipFile(path) as archive, archive.open(info) as file:
                # The declared size is the student's word; one byte more than it is a bomb.
                data = file.read(info.file_size + 1)
        except _BAD_ZIP as error:
            if info.flag_bits & 1:
                raise Rejected("The zip is locked with a password. Make it again without one.") from error
            message = f"{shown(info.filename)} in the zip cannot be read: it is damaged. Make the zip again."
            raise Rejected(message) from error
        if len(data) > info.file_size:
            raise Rejected("The zip holds a file that is larger than it says. Make the zip again.")
        return data

    return read
