"""What tests of several parts need: a small course of their own, to break."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.grading.turns import Turns

COURSES = Path(__file__).parent / "courses"


@pytest.fixture(autouse=True, scope="session")
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What grading measures on this machine is kept, but not in the cache of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True, scope="session")
def _one_thread_each() -> Iterator[None]:
    """In what tests start: torch's threads wait spinning, and beside another busy process a notebook takes six times as long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        yield


@pytest.fixture(autouse=True)
def _turn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A test marked `alone` runs while no worker runs another: it measures, and takes all cores."""
    base = tmp_path_factory.getbasetemp()
    turns = Turns(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)
    with turns.alone() if request.node.get_closest_marker("alone") else turns.together():
        yield


@pytest.fixture(autouse=True)
def _main_stays() -> Iterator[None]:
    """Whoever puts another `__main__` in its place takes it out again: every process that is spawned later needs it."""
    before = sys.modules["__main__"]
    yield
    assert sys.modules["__main__"] is before


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A fresh copy of the course `tiny`, with one assignment `scale`."""
    course = tmp_path / "tiny"
    shutil.copytree(COURSES / "tiny", course)
    return course


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium, driven by Playwright; skips where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()
