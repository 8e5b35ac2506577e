"""Commands that need no torch and no database do not import them: it costs seconds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.cli import COMMANDS
from tests.boundaries.arrows import ROOT

PROGRAM = """
import sys
from autograder.cli import run
code = run(sys.argv[1:])
print(code, [name for name in ("torch", "sqlalchemy", "alembic") if name in sys.modules])
"""


def last_line(*arguments: str, program: str = PROGRAM) -> str:
    call = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(call, capture_output=True, text=True, cwd=ROOT, check=True)
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_never_imports_torch_or_a_database(command: str) -> None:
    assert last_line(*command.split(), "--help") == "0 []"


def test_list_and_release_never_import_torch(tiny: Path) -> None:
    """nbgrader brings SQLAlchemy along, of which a release uses nothing."""
    assert last_line("--course", str(tiny), "list") == "0 []"
    for call in (["release", "scale"], ["release", "scale", "--check"]):
        assert last_line("--course", str(tiny), *call) in ("0 []", "0 ['sqlalchemy']", "0 ['sqlalchemy', 'alembic']")


def test_check_imports_torch_beside_itself_only(tiny: Path) -> None:
    """The student's code has a process of its own; a wrong call answers at once."""
    assert last_line("check", "--folder", str(tiny)) == "2 []"


@pytest.mark.parametrize("name", ["torch", "sqlalchemy"])
def test_an_import_would_be_seen(name: str) -> None:
    assert last_line("--help", program=f"import {name}\n{PROGRAM}") == f"0 ['{name}']"
