"""Regrade requests by file and mail: read, noted, answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.cli import run
from autograder.gradebook import Gradebook
from autograder.gradebook.requests import requests_of
from autograder.returning.pages import request_lines
from autograder.returning.request_file import parse
from tests.returning.made import ESSAY, handed_in

MAIL = """Hello,

please look again.

> Assignment: scale
> Student: s1
> Attempt: 1
> Criterion: why.reason
> Reason: I did name one,
> in the second line.

Reason: thanks, Zoë
"""


def call(course: Path, *arguments: str) -> int:
    return run(["--course", str(course), "requests", "scale", *arguments])


def test_a_mail_is_read_through_its_quotes() -> None:
    asked = parse(MAIL)
    assert (asked.assignment, asked.student, asked.attempt, asked.criterion) == ("scale", "s1", "1", ESSAY)
    assert asked.reason == "I did name one,\nin the second line.\n\nReason: thanks, Zoë"


def test_the_lines_of_the_page_are_the_ones_that_are_read() -> None:
    asked = parse("\r\n".join(request_lines("scale", "s1", 3)))
    assert (asked.assignment, asked.student, asked.attempt, asked.criterion, asked.reason) == ("scale", "s1", "3", "", "")


def test_added_listed_answered(tiny: Path, book: Gradebook, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = handed_in(book, tiny, tmp_path, "s1", "Zoë")
    file = tmp_path / "mail.txt"
    file.write_text(MAIL, encoding="utf-8")
    assert call(tiny, "add", str(file)) == 0
    assert call(tiny, "add", str(file)) == 0, "the same mail twice is one request"
    assert len(requests_of(book, "scale")) == 1
    capsys.readouterr()
    assert call(tiny, "list", "--json") == 0
    out = capsys.readouterr().out
    [listed] = json.loads(out)
    assert (listed["student"], listed["criterion"], listed["answer"]) == (one.pseudonym, ESSAY, None)
    assert '"s1"' not in out, "TAs see pseudonyms"
    assert call(tiny, "answer", "1", "--text", "You did.", "--changed", "--as", "tess") == 0
    assert call(tiny, "list") == 0
    assert "There are no open requests." in capsys.readouterr().out
    assert call(tiny, "list", "--all") == 0
    assert "(changed: You did.)" in capsys.readouterr().out
    assert call(tiny, "answer", "1", "--text", "Again.", "--kept", "--as", "tess") == 2
    assert "tess has answered this request already." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add", "--student", "s1", "--criterion", ESSAY), 'The request has no "Reason:" line. Ask the student to fill it in'),
        (("add", "--student", "s1", "--criterion", "why.not", "--reason", "x"), 'scale has no criterion "why.not". It has'),
        (("add", "--student", "s9", "--criterion", ESSAY, "--reason", "x"), 'There is no student "s9" in the roster.'),
        (("add", "nowhere.txt"), "nowhere.txt cannot be read (No such file or directory)."),
        (("answer", "7", "--text", "x", "--kept"), "scale has no request number 7. `gradus requests scale list` shows them."),
        (("answer", "1"), "Say what the student is told, and how it ended"),
        (("answer",), "Name the number of one request"),
    ],
)
def test_wrong_calls(
    tiny: Path, book: Gradebook, tmp_path: Path, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    handed_in(book, tiny, tmp_path, "s1")
    assert call(tiny, *arguments) == 2
    assert message in capsys.readouterr().err
    assert requests_of(book, "scale") == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Assignment: lstm", 'mail.txt: The request is about "lstm", not "scale".'),
        ("Attempt: 4", "mail.txt: s1 has no attempt 4 of scale. The last one is 1."),
    ],
)
def test_wrong_lines(
    tiny: Path, book: Gradebook, tmp_path: Path, line: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    handed_in(book, tiny, tmp_path, "s1")
    file = tmp_path / "mail.txt"
    file.write_text(f"{line}\n" + MAIL, encoding="utf-8")
    assert call(tiny, "add", str(file)) == 2
    assert message in capsys.readouterr().err
