"""Chance that nobody can see or choose: a word for each assignment, drawn once and shown to nobody."""

from __future__ import annotations

import secrets

from sqlalchemy import insert, select

from autograder.gradebook.book import Gradebook
from autograder.gradebook.rows import selected
from autograder.gradebook.tables import salts


def salt_of(book: Gradebook, assignment: str) -> str:
    """The salt of an assignment, drawn when it is first asked for."""
    chosen = select(salts.c.salt).where(salts.c.assignment == assignment)
    rows = selected(book, chosen)
    if rows:
        return str(rows[0].salt)
    with book.write() as connection:
        there = connection.execute(chosen).scalar()
        if there is not None:  # somebody else was faster
            return str(there)
        salt = secrets.token_hex(32)
        connection.execute(insert(salts).values(assignment=assignment, salt=salt))
    return salt
