"""An open gradebook: transactions that read, and transactions that write one after the other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from autograder.gradebook.errors import GradebookError, GradebookFailed
from autograder.gradebook.place import Place
from autograder.gradebook.trouble import explained

PATIENCE = 30.0
"""Seconds to wait for another writer."""
_ONE_WRITER = 7_220_311
"""The advisory lock of PostgreSQL that writers hold."""


class Gradebook:
    """A database with the tables of `tables.py`.

    Writers go one after the other, on PostgreSQL as on SQLite, so that a later event has a larger id and what a
    writer has read is still true when it writes. Every error of the database comes out as a GradebookError.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self.engine = _sqlite(place) if place.file else _postgresql(place)
        self._turn = threading.Lock()

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the whole gradebook."""
        with self._telling(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes: all of it or, after any error, nothing. Never open one inside another."""
        if not self._turn.acquire(timeout=PATIENCE):
            raise GradebookFailed(f"The gradebook {self.place} is in use for too long. Try again.")
        try:
            with (
                self._telling(),
                self.engine.connect().execution_options(writes=True) as connection,
                connection.begin(),
            ):
                if not self.place.file:
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_WRITER})"))
                yield connection
        finally:
            self._turn.release()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            told = explained(error, self.place)
            if told is None:
                raise
            raise told from error


def _sqlite(place: Place) -> Engine:
    engine = create_engine(place.url, connect_args={"timeout": PATIENCE}, pool_size=40, max_overflow=32)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin below, and not when Python's driver thinks they should
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(place: Place) -> Engine:
    try:
        return create_engine(
            place.url, connect_args={"connect_timeout": 10}, pool_size=8, max_overflow=64, pool_pre_ping=True
        )
    except ModuleNotFoundError:
        raise GradebookError(
            f'{place}: the driver for PostgreSQL is not installed. Run: pip install "gradus-kit[postgresql]"'
        ) from None
