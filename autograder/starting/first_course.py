"""Make a course: a copy of the one that comes with the kit."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from autograder.course.findings import CourseError

SLUG = "softmax"
"""The assignment in it."""
_RENAMED = {"gitignore": ".gitignore"}  # under its own name it would be obeyed in the kit's repository
_ALLOWED = {".git"}


def start_course(folder: Path) -> list[str]:
    """Write a course with one small assignment into `folder`, new or empty; the names of its files.

    Nothing that is there is written over: a folder that holds anything but `.git` raises CourseError. A new folder can
    be read by its owner alone, as answers and a gradebook should.
    """
    _refuse_unless_empty(folder)
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, data in course_files():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(data)
            written.append(name)
    except OSError as error:
        raise CourseError(f"{folder} cannot be written to: {error.strerror}. Name another folder.") from None
    return written


def course_files() -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every file of the course, sorted."""
    yield from _below(files("autograder.starting") / "course", "")


def _below(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            if entry.name != "__pycache__":  # made where pip compiles what it installs
                yield from _below(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + _RENAMED.get(entry.name, entry.name), entry.read_bytes()


def _refuse_unless_empty(folder: Path) -> None:
    try:
        held = sorted({entry.name for entry in folder.iterdir()} - _ALLOWED)
    except FileNotFoundError:
        return
    except NotADirectoryError:
        raise CourseError(f"{folder} is a file. Name a new folder.") from None
    except OSError as error:
        raise CourseError(f"{folder} cannot be read: {error.strerror}. Name another folder.") from None
    if held:
        more = f" and {len(held) - 1} more" if len(held) > 1 else ""
        raise CourseError(f"{folder} is not empty: it holds {held[0]}{more}. Name a new folder; nothing was changed.")
