"""From rows of tables to values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Insert, Select

from autograder.gradebook.book import Gradebook


def inserted(connection: Connection, statement: Insert) -> int:
    """The id of the row that `statement` appends."""
    key = connection.execute(statement).inserted_primary_key
    assert key is not None
    return int(key[0])


def selected(book: Gradebook, statement: Select[Any]) -> Sequence[Any]:
    """All rows, in a transaction of their own."""
    with book.read() as connection:
        return connection.execute(statement).all()
