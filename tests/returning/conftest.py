"""The tiny course with an empty gradebook in its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.gradebook import Gradebook, open_gradebook


@pytest.fixture
def book(tiny: Path) -> Iterator[Gradebook]:
    """Where the commands look for it."""
    with open_gradebook(tiny / "gradebook.db") as opened:
        yield opened


@pytest.fixture(autouse=True)
def _no_other_gradebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADUS_GRADEBOOK", raising=False)
