"""One zip and one Python for all tests; a platform of its own for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.bridges.gradescope.package import Package, make_package
from autograder.course.loading import load_assignment
from autograder.course.models import LoadedAssignment
from tests.bridges.platform import Platform, python_with_the_kit
from tests.grading.desk import COURSE


@pytest.fixture(scope="session")
def scale() -> LoadedAssignment:
    return load_assignment(COURSE, "scale")


@pytest.fixture(scope="session")
def package(scale: LoadedAssignment) -> Package:
    return make_package(scale, seed=7)


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return python_with_the_kit(tmp_path_factory.mktemp("opt") / "gradus")


@pytest.fixture
def platform(tmp_path: Path, python: Path) -> Platform:
    return Platform(tmp_path / "autograder", python)
