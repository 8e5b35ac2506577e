"""The last line of a command: what usually comes next."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from autograder.cli import COMMANDS, run
from autograder.cli.next_step import NEXT, next_step
from autograder.gradebook import open_gradebook
from tests.docs.pages import options_of, wrong_calls

VALUES = {"slug": "lstm", "name": "x", "file": "roster.csv", "folder": "back"}


@pytest.fixture
def watching(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person sits at the terminal."""
    monkeypatch.setattr("autograder.cli.next_step._is_watched", lambda: True)


@pytest.mark.parametrize("key", NEXT)
def test_what_comes_next_exists(key: str) -> None:
    """The command of every row, and every call in its lines, with their options."""
    words = key.split()
    assert words[0] in COMMANDS
    assert {word for word in words if word.startswith("--")} <= options_of(words[0])
    for code in (0, 1):
        line = next_step(key, VALUES, code)
        calls = [f"`{call}`" for call in re.findall(r"gradus [^;,:]*", line)]
        assert wrong_calls("\n".join(calls)) == []


def test_a_call_that_does_not_exist_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(NEXT, "list", ("gradus relase SLUG", ""))
    assert wrong_calls(f"`{next_step('list', {}, 0)}`") == ["gradus relase SLUG"]


@pytest.mark.usefixtures("watching")
def test_the_line_names_what_was_given(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["--course", str(tiny), "release", "scale", "--check"])
    assert capsys.readouterr().err.splitlines()[-1] == f"Next: gradus --course {tiny} release scale"
    run(["--course", str(tiny), "new-mistake", "scale", "x", "--of", "Affine"])
    assert capsys.readouterr().err == (
        f"Next: make it wrong, then gradus --course {tiny} verify scale --only mistakes/x\n"
    )


@pytest.mark.usefixtures("watching")
def test_a_part_of_a_group_has_its_own(tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "class.csv").write_text("sid\ns1\n")
    call = ["--course", str(tiny), "roster", "import", str(tmp_path / "class.csv")]
    assert run([*call, "--preview"]) == 0
    assert capsys.readouterr().err.endswith(f"roster import {tmp_path}/class.csv\n")
    assert run(call) == 0
    assert capsys.readouterr().err.endswith("grade SLUG --class FOLDER\n")


@pytest.mark.usefixtures("watching")
def test_nothing_is_said_where_programs_read_or_the_call_was_wrong(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--course", str(tiny), "list", "--json"]) == 0
    assert run(["--course", str(tiny), "release", "nothing"]) == 2
    assert "Next:" not in capsys.readouterr().err


@pytest.mark.parametrize("at_a_terminal", [True, False])
def test_nothing_is_said_without_a_terminal(tiny: Path, at_a_terminal: bool) -> None:
    """Asked of a real terminal, for stderr alone: what comes down a pipe stays the same."""
    ours, theirs = pty.openpty()
    call = [sys.executable, "-m", "autograder", "--course", str(tiny), "staff", "add", "ann"]
    with open_gradebook(tiny / "gradebook.db"):
        pass
    with os.fdopen(theirs, "w") as terminal:
        stderr = terminal if at_a_terminal else subprocess.PIPE
        done = subprocess.run(call, stdout=subprocess.PIPE, stderr=stderr, text=True, check=True)
    said = os.read(ours, 4096).decode() if at_a_terminal else done.stderr
    os.close(ours)
    assert said == (f"Next: gradus --course {tiny} review\r\n" if at_a_terminal else "")
    assert "Next" not in done.stdout


def test_the_command_itself_stays_as_it_is() -> None:
    """What modules define is not changed by being called."""
    from autograder.cli import gradus, roster

    found = gradus.get_command(click.Context(gradus), "roster")
    assert found is not None
    assert found is not roster.command
    assert roster.command.commands["list"].callback is roster.list_.callback
