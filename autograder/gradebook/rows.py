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


def selected(book: Gradebook, statement: Select[Any], *, once: object = None) -> Sequence[Any]:
    """All rows. What several parts of a page ask for has a name, `once`: in a visit it is asked one time."""
    answers = book.answers if once is not None else None
    if answers is not None and once in answers:
        found: Sequence[Any] = answers[once]
        return found
    with book.read() as connection:
        found = connection.execute(statement).all()
    if answers is not None:
        answers[once] = found
    return found
