"""A copy of the gradebook, consistent while others write."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from autograder.gradebook.book import Gradebook
from autograder.gradebook.clock import now
from autograder.gradebook.errors import GradebookError


def backup(book: Gradebook, to: Path | None = None) -> Path:
    """Write a copy to `to`, by default beside the gradebook: where it stands. Never over an older one.

    Of SQLite a file to open as it is; of PostgreSQL one for `pg_restore`.
    """
    file = (to or _beside(book)).absolute()
    if file.exists():
        raise GradebookError(f"{file} exists. Name another file with --to, or remove this one.")
    if not file.parent.is_dir():
        raise GradebookError(f"{file.parent} does not exist. Make this folder, or name another file with --to.")
    torn = file.with_name(f".{file.name}.part")
    try:
        (_copy if book.place.file else _dump)(book, torn)
        torn.chmod(0o600)
        os.link(torn, file)  # unlike a rename it never replaces what somebody put there meanwhile
    except (OSError, sqlite3.Error) as error:
        raise GradebookError(
            f"The backup {file} could not be written ({error}). Look at the disk and its space."
        ) from error
    finally:
        torn.unlink(missing_ok=True)
    return file


def _beside(book: Gradebook) -> Path:
    stamp = now().strftime("%Y%m%d-%H%M%S")
    here = book.place.file
    return here.with_name(f"{here.stem}-{stamp}.db") if here else Path(f"{book.place.url.database}-{stamp}.dump")


def _copy(book: Gradebook, torn: Path) -> None:
    """In one step: a copy made in several starts anew whenever somebody writes in between."""
    torn.unlink(missing_ok=True)
    source, target = sqlite3.connect(str(book.place.file)), sqlite3.connect(torn)
    try:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        (said,) = target.execute("PRAGMA integrity_check").fetchone()
    finally:
        source.close()
        target.close()
    if said != "ok":
        raise GradebookError(f"The gradebook {book.place} is damaged ({said}). Use an older backup.")
    with torn.open("rb") as file:
        os.fsync(file.fileno())


def _dump(book: Gradebook, torn: Path) -> None:
    url = book.place.url.set(drivername="postgresql")
    address = url.set(password=None).render_as_string()
    call = ["pg_dump", "--format=custom", f"--file={torn}", f"--dbname={address}"]
    if shutil.which("pg_dump") is None:
        raise GradebookError(
            f"pg_dump is not installed here. Where it is, run: {' '.join(call).replace(str(torn), 'FILE')}"
        )
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(call, env={**os.environ, **secret}, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise GradebookError(f"pg_dump failed: {' '.join(done.stderr.split())}. Look at the server and its version.")
