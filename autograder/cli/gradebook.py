"""The option `--gradebook` of the commands that need one."""

from __future__ import annotations

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
    import os

    from autograder.gradebook import open_gradebook
    from autograder.gradebook.place import VARIABLE, default_place

    if where or os.environ.get(VARIABLE):
        return open_gradebook(default_place(Path(), where), create=create)
    from autograder.course.loading import find_course

    return open_gradebook(default_place(find_course(course or Path.cwd())), create=create)
