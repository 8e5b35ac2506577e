"""The clock on the wall may jump: nothing that grades looks at it."""

from __future__ import annotations

import ast
import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograder
from autograder.grading.bench import Bench
from autograder.sandbox.backends.process import ProcessBackend
from tests.faults.conftest import LOOPS, WRONG
from tests.grading.desk import Desk, loaded_with, notebook, verdicts

PACKAGE = Path(autograder.__file__).parent
FILES = sorted(path for part in ("sandbox", "grading", "checks", "child") for path in (PACKAGE / part).rglob("*.py"))
WALL = {"time", "time_ns", "now", "utcnow", "today", "gettimeofday", "ctime", "asctime"}
"""Names after a dot: `time.time`, `datetime.now`. `localtime` of a given moment, for people to read, decides nothing."""


def looks_at_the_wall(source: str) -> Iterator[int]:
    """Lines that ask what time it is."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in WALL and isinstance(node.value, ast.Name | ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            if owner in ("time", "datetime", "date"):
                yield node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            if any(alias.name in WALL for alias in node.names):
                yield node.lineno
        elif isinstance(node, ast.Attribute) and node.attr == "CLOCK_REALTIME":
            yield node.lineno


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_module_that_grades_asks_what_time_it_is(file: Path) -> None:
    assert list(looks_at_the_wall(file.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.time()", "from time import time", "import datetime\ndatetime.datetime.now()",
        "from datetime import datetime\ndatetime.utcnow()", "import time\ntime.clock_gettime(time.CLOCK_REALTIME)",
    ],
)  # fmt: skip
def test_the_search_finds_what_it_looks_for(source: str) -> None:
    assert list(looks_at_the_wall(source)) != []


def test_the_search_leaves_other_clocks_alone() -> None:
    assert list(looks_at_the_wall("import time\ntime.monotonic()\ntime.sleep(1)\nx.now()")) == []


def test_a_clock_that_jumps_changes_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jumps = itertools.cycle((0.0, 1e6, -1e6, 3e8, 1.0))
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + next(jumps))
    with Bench(loaded_with(), ProcessBackend(), seed=7) as bench:
        desk = Desk(bench, tmp_path)
        assert desk.grade(notebook()).score == 80
        assert verdicts(desk.standardise(WRONG))["standardise.values"] == "FAIL"
        looped = desk.standardise(LOOPS)
        assert verdicts(looped)["standardise.values"] == "TIMEOUT"
        assert 0 < looped.environment.seconds < 1e5
