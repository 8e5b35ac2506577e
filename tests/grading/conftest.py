"""One bench for the whole session: what a submission does to it, the next one would feel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.grading.bench import Bench
from autograder.sandbox.backend import open_backend
from tests.grading.desk import SEED, Desk, loaded_with


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    with Bench(loaded_with(), open_backend("process", trusted=True), seed=SEED) as bench:
        yield bench


@pytest.fixture
def desk(bench: Bench, tmp_path: Path) -> Desk:
    return Desk(bench, tmp_path)
