"""Where a gradebook is: a file of SQLite, or a PostgreSQL database."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from autograder.gradebook.errors import GradebookError

VARIABLE = "GRADUS_GRADEBOOK"
FILE = "gradebook.db"


@dataclass(frozen=True)
class Place:
    """The address for SQLAlchemy, and for SQLite the file."""

    url: URL
    file: Path | None

    def __str__(self) -> str:
        return str(self.file) if self.file else self.url.render_as_string(hide_password=True)


def default_place(course: Path, chosen: str | None = None) -> str:
    """What the caller chose, or the environment, or `gradebook.db` in the course."""
    return chosen or os.environ.get(VARIABLE) or str(course / FILE)


def place_of(where: str | Path) -> Place:
    """A path is a file of SQLite; `sqlite:///…` and `postgresql://…` are what they say. Raises GradebookError."""
    if isinstance(where, Path) or "://" not in where:
        file = Path(where).absolute()
        return Place(URL.create("sqlite", database=str(file)), file)
    try:
        url = make_url(where)
    except (ArgumentError, ValueError):
        raise GradebookError(
            f"{where.partition('://')[0]}://…: this is not the address of a database. "
            "Give a path, or postgresql://user@host/name."
        ) from None
    kind = url.get_backend_name()
    if kind == "sqlite" and url.database:
        return place_of(Path(url.database))
    if kind == "postgresql":
        return Place(url.set(drivername="postgresql+psycopg"), None)
    shown = url.render_as_string(hide_password=True)
    raise GradebookError(f"{shown}: a gradebook is a file of SQLite or a PostgreSQL database. Give one of these.")
