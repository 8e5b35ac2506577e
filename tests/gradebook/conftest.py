"""A gradebook, on each database that can be had here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.gradebook import Gradebook, open_gradebook


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    """An empty gradebook."""
    with open_gradebook(tmp_path / "gradebook.db") as opened:
        yield opened
