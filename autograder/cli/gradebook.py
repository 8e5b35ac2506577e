"""The option `--gradebook` of the commands that need one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from autograder.gradebook import Gradebook

gradebook_option = click.option(
    "--gradebook",
    "where",
    metavar="PATH|URL",
    help="The gradebook: a file, or postgresql://user@host/name. [default: $GRADUS_GRADEBOOK or gradebook.db in the course]",
)


def opened(course: Path | None, where: str | None, *, create: bool = False) -> Gradebook:
    """The gradebook of a command: what its option says, or the environment, or the one of the course."""
    from autograder.gradebook import open_gradebook

    return open_gradebook(_place(course, where), create=create)


def is_missing(course: Path | None, where: str | None) -> bool:
    """Whether it is a file that is not there yet."""
    from autograder.gradebook.place import place_of

    file = place_of(_place(course, where)).file
    return file is not None and not file.exists()


def _place(course: Path | None, where: str | None) -> str:
    from autograder.course.loading import find_course
    from autograder.gradebook.place import VARIABLE, default_place

    if where or os.environ.get(VARIABLE):
        return default_place(Path(), where)
    return default_place(find_course(course or Path.cwd()))
