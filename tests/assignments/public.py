"""What the public tests of an assignment catch, as docs/public-tests/ lists it.

    python -m tests.assignments.public lstm resnet     # writes their pages again
    python -m tests.assignments.public --json lstm     # prints the page, and what part is caught

Known submissions are our own code: they are executed here, without a sandbox.
"""

from __future__ import annotations

import copy
import json
import sys
import types
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from autograder.course.known import KnownSubmission, read_known
from autograder.course.loading import load_assignment
from autograder.course.merge import merge

COURSE = Path(__file__).parents[2]
KINDS = ("correct", "mistakes", "unstable")


@dataclass(frozen=True)
class Caught:
    """A known submission, and the first public test that fails on it: `softmax · test_axes`, or nothing."""

    known: KnownSubmission
    by: str


class _Session:
    """Gives every test every submission, and of each submission only what comes before its first failure."""

    def __init__(self, modules: list[types.ModuleType]) -> None:
        self.modules = modules
        self.failed: dict[str, str] = {}
        self._constants: dict[str, dict[str, Any]] = {}

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        metafunc.parametrize("impl", self.modules, ids=[module.__name__ for module in self.modules])

    def pytest_runtest_setup(self, item: Any) -> None:
        if item.callspec.params["impl"].__name__ in self.failed:
            pytest.skip("failed already")
        # What a mistake writes into the arrays of a test file must not be the next one's.
        names = vars(item.module)
        arrays = {name: one for name, one in names.items() if isinstance(one, np.ndarray | torch.Tensor | dict | list)}
        kept = self._constants.setdefault(item.module.__name__, copy.deepcopy(_own(arrays)))
        names.update(copy.deepcopy(kept))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Any:
        report = yield
        if report.failed:
            where = f"{item.path.stem.removeprefix('test_')} · `{item.originalname}`"
            self.failed.setdefault(item.callspec.params["impl"].__name__, where)
        return report


def caught_by_public_tests(slug: str) -> list[Caught]:
    """Of all correct, mistaken and unstable submissions; what is wrong with trained weights only hidden tests see."""
    loaded = load_assignment(COURSE, slug)
    reference = (COURSE / "solutions" / slug / f"{slug}.py").read_text(encoding="utf-8")
    submissions = [one for one in read_known(loaded) if one.kind in KINDS]
    session = _Session([_module(one, reference) for one in submissions])
    quiet = [
        "-q",
        "--no-header",
        "--no-summary",
        "--tb=no",
        "--show-capture=no",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
    ]
    code = pytest.main([*quiet, "-c", "/dev/null", str(loaded.paths.public_tests)], plugins=[session])
    assert code == pytest.ExitCode.TESTS_FAILED
    return [Caught(one, session.failed.get(_name(one), "")) for one in submissions]


def _module(known: KnownSubmission, reference: str) -> types.ModuleType:
    module = types.ModuleType(_name(known))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(merge(reference, known.definitions), "<submission>", "exec"), module.__dict__)
    return module


def _own(names: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in names.items() if not name.startswith("__")}


def _name(known: KnownSubmission) -> str:
    return f"{known.kind}/{known.name}"


def page(slug: str, found: list[Caught]) -> str:
    """The page of docs/public-tests/."""
    right = [one.known.name for one in found if one.known.kind == "correct" and one.by]
    assert not right, f"public tests fail right answers: {right}"
    wrong = _wrong(found)
    number = sum(bool(one.by) for one in wrong)
    told = f"{number} of {len(wrong)} wrong or unstable submissions ({100 * part(found):.0f}%) fail a public test"
    lines = [
        f"# What the public tests of `{slug}` catch",
        "",
        f"{told}; the others are left to the hidden ones. Written by `python -m tests.assignments.public {slug}`.",
        "",
        "| submission | what is wrong | first public test that fails |",
        "|---|---|---|",
        *(f"| `{one.known.name}` | {one.known.title} | {one.by} |" for one in wrong),
    ]
    return "\n".join(lines) + "\n"


def part(found: list[Caught]) -> float:
    """What part of the wrong and unstable submissions fails a public test."""
    wrong = _wrong(found)
    return sum(bool(one.by) for one in wrong) / len(wrong)


def _wrong(found: list[Caught]) -> list[Caught]:
    return sorted((one for one in found if one.known.kind != "correct"), key=lambda one: one.known.name)


def page_of(slug: str) -> Path:
    """Where the page stands."""
    return COURSE / "docs" / "public-tests" / f"{slug}.md"


if __name__ == "__main__":
    torch.set_num_threads(1)
    told = sys.argv[1:2] == ["--json"]
    for slug in sys.argv[1 + told :]:
        found = caught_by_public_tests(slug)
        if told:
            print(json.dumps({"part": part(found), "page": page(slug, found)}))
        else:
            page_of(slug).write_text(page(slug, found), encoding="utf-8")
