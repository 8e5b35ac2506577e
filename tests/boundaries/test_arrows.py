"""The arrows of docs/design.md, and that each rule can fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.boundaries.arrows import ARROWS, ROOT, part_of, undocumented, wrong_arrows, wrong_imports_of_a_test

PACKAGE = ROOT / "autograder"
STARTING = PACKAGE / "starting" / "course"
"""What `gradus init` copies: a course, no code of the package."""
MODULES = sorted(file for file in PACKAGE.rglob("*.py") if STARTING not in file.parents)
TESTS = sorted(
    file for course in (ROOT, STARTING, ROOT / "tests/courses/tiny") for file in course.glob("assignments/*/tests/**/*.py")
)
NOT_NAMES = ("utils", "util", "helpers", "helper", "common", "manager", "misc")


def shown(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("file", [m for m in MODULES if m.parent != PACKAGE], ids=shown)
def test_imports_follow_the_arrows(file: Path) -> None:
    assert wrong_arrows(part_of(file.relative_to(PACKAGE)), file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", TESTS, ids=shown)
def test_hidden_and_public_tests_import_the_checks_only(file: Path) -> None:
    assert wrong_imports_of_a_test(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", MODULES, ids=shown)
def test_what_is_public_has_a_docstring(file: Path) -> None:
    assert undocumented(file.read_text(encoding="utf-8")) == []


def test_every_package_has_its_arrows() -> None:
    assert {file.name for file in PACKAGE.iterdir() if (file / "__init__.py").is_file()} == {
        part for part in ARROWS if "." not in part
    }


def test_modules_are_named_for_what_they_hold() -> None:
    assert [shown(file) for file in MODULES if file.stem in NOT_NAMES] == []


def _part(name: str) -> str:
    return part_of(Path(*name.split(".")))


def test_arrows_make_no_circle() -> None:
    pending, order = dict(ARROWS), list[str]()
    while pending:
        free = [part for part, down in pending.items() if not set(map(_part, down)) & pending.keys()]
        assert free, f"a circle among {sorted(pending)}"
        order += free
        for part in free:
            del pending[part]


# --- each rule can fail


@pytest.mark.parametrize(
    ("part", "line", "wrong"),
    [
        ("course", "from autograder.sandbox.protocol import Ref", "autograder.sandbox.protocol.Ref"),
        ("sandbox", "import autograder.checks", "autograder.checks"),
        (
            "child",
            "from autograder.sandbox.backends.process import ProcessBackend",
            "autograder.sandbox.backends.process.ProcessBackend",
        ),
        ("child", "from autograder.course.verdict import Verdict", "autograder.course.verdict.Verdict"),
        ("child", "from autograder.sandbox import backend", "autograder.sandbox.backend"),
        ("sandbox.protocol", "from autograder.sandbox import faults", "autograder.sandbox.faults"),
        ("sandbox.protocol", "from autograder.course.verdict import Verdict", "autograder.course.verdict.Verdict"),
        ("checks", "from autograder.grading.result import Result", "autograder.grading.result.Result"),
        ("grading", "from ..report import feedback", "autograder.report.feedback"),
        ("report", "from autograder.grading.store import write_result", "autograder.grading.store.write_result"),
        ("release", "from autograder import grading", "autograder.grading"),
        ("student", "def f():\n    from autograder.checks import draw", "autograder.checks.draw"),
        ("verify", "from autograder.cli import run", "autograder.cli.run"),
        ("cli", "from tests.conftest import tiny", "tests.conftest.tiny"),
    ],
)
def test_a_wrong_arrow_is_found(part: str, line: str, wrong: str) -> None:
    number = line.count("\n") + 1
    assert wrong_arrows(part, f"import torch\n{line}\n") == [f"line {number + 1}: {wrong}"]


def test_the_narrowest_part_decides() -> None:
    assert part_of(Path("sandbox/protocol/frames.py")) == part_of(Path("sandbox/protocol.py")) == "sandbox.protocol"
    assert part_of(Path("sandbox/protocols.py")) == part_of(Path("sandbox/__init__.py")) == "sandbox"


def test_a_sandbox_can_do_with_what_it_sees(tmp_path: Path) -> None:
    """Child and protocol start from a copy that holds nothing else of the package."""
    for place in ("__init__.py", "sandbox/__init__.py", "sandbox/protocol", "sandbox/stamp.py", "child"):
        target = tmp_path / "autograder" / place
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (PACKAGE / place).is_dir() else shutil.copyfile)(PACKAGE / place, target)
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import autograder.child.serve, autograder.child.zygote\n"
        "print(autograder.child.serve.__file__)"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True)
    assert done.stdout == f"{tmp_path}/autograder/child/serve.py\n", done.stderr


def test_right_arrows_pass() -> None:
    source = "from autograder import __version__\nfrom autograder.sandbox import protocol\nfrom . import serve\n"
    assert wrong_arrows("child", source) == []


@pytest.mark.parametrize(
    "line",
    ["from autograder.grading import bench", "import autograder", "import scipy", "from scale import standardise"],
)
def test_a_wrong_import_of_a_test_is_found(line: str) -> None:
    assert len(wrong_imports_of_a_test(f"from autograder.checks import draw\nimport math\n{line}\n")) == 1


def test_a_missing_docstring_is_found() -> None:
    assert undocumented("x = 1\n") == ["the module"]
    assert undocumented('"""M."""\ndef f(): ...\ndef _g(): ...\nclass C: ...\nclass D:\n    """D."""\n') == ["f", "C"]
