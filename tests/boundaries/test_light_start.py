"""Commands that need no torch do not import it: it costs seconds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.boundaries.arrows import ROOT

PROGRAM = """
import sys
from autograder.cli import run
code = run(sys.argv[1:])
print(code, "torch" in sys.modules)
"""


def last_line(*arguments: str, program: str = PROGRAM) -> str:
    call = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(call, capture_output=True, text=True, cwd=ROOT, check=True)
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    "command",
    [(), ("check",), ("grade",), ("gradescope",), ("list",), ("regrade",), ("release",), ("triage",), ("verify",)],
)
def test_help_never_imports_torch(command: tuple[str, ...]) -> None:
    assert last_line(*command, "--help") == "0 False"


@pytest.mark.parametrize("command", [(), ("grade",), ("regrade",), ("triage",)])
def test_help_never_imports_a_database_or_a_cluster(command: tuple[str, ...]) -> None:
    heavy = "{'sqlalchemy', 'alembic', 'distributed', 'dask_jobqueue', 'pydantic'}"
    program = PROGRAM.replace('"torch" in sys.modules', f"sorted({heavy} & sys.modules.keys())")
    assert last_line(*command, "--help", program=program) == "0 []"
    assert last_line("--help", program="import sqlalchemy\n" + program) == "0 ['sqlalchemy']"


def test_list_and_release_never_import_torch(tiny: Path) -> None:
    assert last_line("--course", str(tiny), "list") == "0 False"
    assert last_line("--course", str(tiny), "release", "scale") == "0 False"
    assert last_line("--course", str(tiny), "release", "scale", "--check") == "0 False"


def test_check_imports_torch_beside_itself_only(tiny: Path) -> None:
    """The student's code has a process of its own; a wrong call answers at once."""
    assert last_line("check", "--folder", str(tiny)) == "2 False"


def test_an_import_of_torch_would_be_seen() -> None:
    assert last_line("--help", program="import torch\n" + PROGRAM) == "0 True"
