"""An open gradebook: transactions that read, and transactions that write one after the other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
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
        # SQLite's transactions see one state; PostgreSQL's do when they are asked to.
        self._readers = self.engine if place.file else self.engine.execution_options(isolation_level="REPEATABLE READ")
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
        visit = self._visit()
        with self._telling():
            if visit is not None:
                with visit.reading() as connection:
                    yield connection
            else:
                with self._readers.connect() as connection, connection.begin():
                    yield connection

    @property
    def answers(self) -> dict[object, Any] | None:
        """What was asked before in this visit, and nothing was written since; None outside of visits."""
        visit = self._visit()
        return visit.answers if visit is not None else None

    @contextmanager
    def visit(self) -> Iterator[None]:
        """All reads within are one transaction, until something is written within: what is read next sees that, too.

        For pages, which ask dozens of small questions: beginning and ending a transaction takes as long as most of them.
        """
        visit = _Visit(self)
        token = _visit.set(visit)
        try:
            yield
        finally:
            _visit.reset(token)
            visit.close()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes: all of it or, after any error, nothing. Never open one inside another."""
        visit = self._visit()
        if visit is not None:
            visit.leave_off()
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
            if visit is not None:
                visit.leave_off()  # also what was read within the transaction that writes

    def _visit(self) -> _Visit | None:
        """The visit to this gradebook that is going on."""
        visit = _visit.get()
        return visit if visit is not None and visit.book is self and visit.open else None

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            told = explained(error, self.place)
            if told is None:
                raise
            raise told from error


class _Visit:
    """One transaction for many reads, begun with the first of them. Used by one thread at a time."""

    def __init__(self, book: Gradebook) -> None:
        self.book, self.open = book, True
        self.answers: dict[object, Any] = {}
        self._connection: Connection | None = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        if self._connection is None:
            self._connection = self.book._readers.connect()
            self._connection.begin()
        try:
            yield self._connection
        except BaseException:
            self.leave_off()  # PostgreSQL takes no further question in a transaction that has failed
            raise

    def leave_off(self) -> None:
        """The next read begins another transaction."""
        self.answers.clear()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """The visit is over; whoever still holds it reads as everybody does."""
        self.open = False
        self.leave_off()


_visit: ContextVar[_Visit | None] = ContextVar("visit", default=None)


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
