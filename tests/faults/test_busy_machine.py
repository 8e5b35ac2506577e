"""Eight processes that do nothing but take the processors: nobody who is right runs out of time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.course.loading import load_assignment
from autograder.course.models import LoadedAssignment
from autograder.grading.accepted import hand_in
from autograder.grading.bench import Bench
from autograder.grading.limits import Measurement, limits_from
from autograder.grading.measure import failed_self_test
from autograder.sandbox.backends.process import ProcessBackend
from tests.grading.desk import COURSE

ROOT = Path(__file__).parents[2]
IDLE = Measurement(import_seconds=0.01, call_seconds=0.2, total_seconds=2.5, submissions=5)
"""What `lstm` takes on an idle machine."""


@pytest.fixture
def load_of_8() -> Iterator[None]:
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(8)]
    yield
    for process in busy:
        process.kill()
        process.wait()


@pytest.mark.slow
@pytest.mark.usefixtures("load_of_8")
@pytest.mark.parametrize(("course", "slug"), [(COURSE, "scale"), (ROOT, "lstm")])
def test_no_false_timeout_at_load_8(course: Path, slug: str) -> None:
    loaded: LoadedAssignment = load_assignment(course, slug)
    with Bench(loaded, ProcessBackend(), seed=7) as bench:
        bench.limits = limits_from(loaded, IDLE)
        for name in ("solution", *(f"correct/{one.name}" for one in bench.known if one.kind == "correct")):
            assert failed_self_test(bench.grade_read(hand_in(bench, name))) is None
