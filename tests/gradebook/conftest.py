"""A gradebook, on each database that can be had here."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from autograder.gradebook import Gradebook, open_gradebook
from tests.gradebook import postgresql

_numbers = count()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a database; skips where there is no server."""
    try:
        with postgresql.server() as address:
            yield address
    except postgresql.Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture
def postgresql_database(postgresql_server: str) -> str:
    """The address of what looks like an empty database: a schema of its own, which is made in no time."""
    import psycopg

    name = f"class_{next(_numbers)}"
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{postgresql_server}&options=-csearch_path%3D{name}"


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a gradebook can be made: once in SQLite, once in PostgreSQL."""
    if request.param == "sqlite":
        return str(tmp_path / "gradebook.db")
    address: str = request.getfixturevalue("postgresql_database")
    return address


@pytest.fixture
def book(place: str) -> Iterator[Gradebook]:
    """An empty gradebook."""
    with open_gradebook(place) as opened:
        yield opened


@pytest.fixture
def sqlite_book(tmp_path: Path) -> Iterator[Gradebook]:
    """An empty gradebook in a file."""
    with open_gradebook(tmp_path / "gradebook.db") as opened:
        yield opened
