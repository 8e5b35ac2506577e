"""One grader a folder: two would each overwrite what the other has just written."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

LOCK = ".gradus.lock"


class FolderInUse(Exception):
    """Another grader writes its results to this folder."""


@contextmanager
def sole_grader_of(folder: Path) -> Iterator[None]:
    """Hold `folder`, which is made when it is missing, closed to other users. Raises FolderInUse.

    The lock goes with the process, however it ends; the file stays and says who held it last.
    """
    if not folder.is_dir():
        folder.mkdir(parents=True, mode=0o700)
    with (folder / LOCK).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUse(_said(folder, file)) from None
        _sign(file)
        yield


def _sign(file: IO[str]) -> None:
    with suppress(OSError):  # on a full disk the lock holds all the same
        os.truncate(file.fileno(), 0)
        os.write(file.fileno(), f"{os.getpid()}\n".encode())


def _said(folder: Path, file: IO[str]) -> str:
    file.seek(0)
    pid = file.read(20).strip()
    since = time.strftime("%H:%M:%S", time.localtime(os.fstat(file.fileno()).st_mtime))
    return (
        f"{folder} is in use: process {pid or 'unknown'} has been grading into it since {since}. "
        "Wait for it, or name another folder with --out."
    )
