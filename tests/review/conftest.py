"""A small class for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="the extra [review] is not installed")
pytest.importorskip("sqlalchemy", reason="the extra [gradebook] is not installed")

from autograder.gradebook import open_gradebook
from autograder.review.desk import Desk
from tests.review.classroom import Classroom
from tests.review.visiting import enter

__all__ = ["enter"]


@pytest.fixture
def room(tiny: Path, tmp_path: Path) -> Iterator[Classroom]:
    """A class without students: ann and ben are TAs, ida the instructor, rob may only read."""
    with open_gradebook(tmp_path / "gradebook.db") as book:
        made = Classroom(tiny, book, Desk(tiny, book))
        made.staff(ann="ta", ben="ta", ida="instructor", rob="read-only")
        yield made
