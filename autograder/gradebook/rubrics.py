"""Rubrics as they were when somebody marked by them."""

from __future__ import annotations

import hashlib

from sqlalchemy import insert, select

from autograder.gradebook.book import Gradebook
from autograder.gradebook.clock import now
from autograder.gradebook.rows import selected
from autograder.gradebook.tables import rubrics


def keep_rubric(book: Gradebook, assignment: str, yaml: str) -> str:
    """Keep a rubric's text: its SHA-256, by which marks name it."""
    digest = hashlib.sha256(yaml.encode()).hexdigest()
    if rubric_text(book, digest) is None:
        with book.write() as connection:
            if connection.execute(select(rubrics.c.sha256).where(rubrics.c.sha256 == digest)).first() is None:
                values = {"sha256": digest, "assignment": assignment, "yaml": yaml, "at": now()}
                connection.execute(insert(rubrics).values(**values))
    return digest


def rubric_text(book: Gradebook, sha256: str) -> str | None:
    """The text of a rubric that was kept."""
    rows = selected(book, select(rubrics.c.yaml).where(rubrics.c.sha256 == sha256))
    return str(rows[0].yaml) if rows else None
