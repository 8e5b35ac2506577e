"""docs/tutorial.md, command by command, in a folder of its own."""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from autograder.gradebook import open_gradebook
from autograder.gradebook.attempts import counting_attempts
from autograder.gradebook.marks import write_mark
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
DESK = "gradus review"
FINDS = ("gradus doctor", "gradus check")
"""What may end with 1 on this page: it says so."""


def blocks(page: str) -> list[str]:
    """The code blocks that readers run in the course."""
    return re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


class Reader:
    """Types what the page says, into one shell after the other, each where the last one was left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.where = folder / "where"
        programs = folder / "bin"
        programs.mkdir()
        (programs / "gradus").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m autograder "$@"\n')
        (programs / "gradus").chmod(0o755)
        self.environment = {
            **os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT),
            "GIT_CEILING_DIRECTORIES": str(folder),
        }  # fmt: skip
        self.environment.pop("GRADUS_GRADEBOOK", None)

    def types(self, block: str) -> str:
        """What the block prints; every command in it ends as the page says."""
        lines = [f"{line} || [ $? = 1 ]" if line.startswith(FINDS) else line for line in block.splitlines()]
        script = "\n".join(["set -e", *lines, f"pwd >{self.where}\n"])
        done = subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        self.folder = Path(self.where.read_text().strip())
        return done.stdout

    def marks_at_the_desk(self) -> None:
        """Opens the link that the desk prints, and gives every open answer a level."""
        command = [sys.executable, "-m", "autograder", "review", "--port", "0"]
        desk = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, text=True)
        try:
            assert desk.stdout is not None
            link = desk.stdout.readline().split()[-1]
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor())
            opener.open(link, timeout=60).close()
            with opener.open(link.partition("/enter")[0] + "/", timeout=60) as page:
                assert "report.curves" in page.read().decode()
            with open_gradebook(self.folder / "gradebook.db", create=False) as book:
                for one in counting_attempts(book, "softmax"):
                    write_mark(book, one.id, "report.curves", author="tim", level=1, points=10.0)
        finally:
            desk.send_signal(signal.SIGINT)
            desk.wait(60)


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


@pytest.mark.slow
def test_every_command_of_the_tutorial(reader: Reader) -> None:
    """From nothing to a class whose pages are returned, without a network; the mistake's hint reaches its student."""
    said = {}
    for block in blocks(PAGE):
        if block.strip() == DESK:
            reader.marks_at_the_desk()
        else:
            said[block.split()[1]] = reader.types(block)
    assert "Clean: " in said["verify"]
    assert "sum_for_mean" in said["roster"]
    assert said["return"].startswith("3 new pages in back")
    course = reader.folder
    assert sorted(path.name for path in (course / "back").iterdir()) == ["s1001.html", "s1002.html", "s1003.html"]
    assert "Should the loss double?" in (course / "back" / "s1002.html").read_text(encoding="utf-8")
    with (course / "scores.csv").open(encoding="utf-8-sig", newline="") as file:
        scores = {row["sid"]: float(row["score"]) for row in csv.DictReader(file)}
    # By the rubric: all that tests decide is 80, of which the loss is 40; the written answer was given 10.
    assert (scores["s1001"], scores["s1002"]) == (80 + 10, 80 - 40 + 10)


def test_the_page_has_the_whole_way() -> None:
    """No step of the way is dropped from the page by accident."""
    text = "\n".join(blocks(PAGE))
    for step in ("init", "doctor", "release", "verify", "new-mistake", "roster import", "grade", "review", "return"):
        assert f"gradus {step}" in text
    assert DESK in [block.strip() for block in blocks(PAGE)]
