"""The commands around the gradebook: roster, staff, backup, purge."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.cli import run
from autograder.gradebook import open_gradebook
from autograder.gradebook.marks import marks_of, write_mark
from tests.gradebook.made import attempt

READ = 'Read as plain CSV, student ids from "sid".\n'


@pytest.fixture(autouse=True)
def _no_gradebook_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADUS_GRADEBOOK", raising=False)


def gradus(course: Path, *arguments: str) -> int:
    return run(["--course", str(course), *arguments])


def roster(course: Path, text: str = "sid,name,email\n1001,Ann Lee,ann@example.org\n1002,שרה,\n") -> str:
    file = course / "roster.csv"
    file.write_text(text)
    return str(file)


def test_a_roster_is_previewed_and_imported(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gradus(tiny, "roster", "import", roster(tiny)) == 0
    assert capsys.readouterr().out == f"{READ}2 new, 0 changed, 0 as before.\n"
    changed = roster(tiny, "sid,name,shoe\n1001,Ann Li,38\n")
    assert gradus(tiny, "roster", "import", changed, "--preview") == 0
    assert capsys.readouterr() == (
        f"{READ}Would be: 0 new, 1 changed, 0 as before.\nNot in the file, and kept: 1002.\n",
        "roster.csv, line 1: not used: shoe.\n",
    )
    assert gradus(tiny, "roster", "list", "--json") == 0
    ann, _ = json.loads(capsys.readouterr().out)
    assert (ann["sid"], ann["name"], len(ann["pseudonym"].split("-"))) == ("1001", "Ann Lee", 3)
    assert gradus(tiny, "roster", "import", changed, "--json") == 0
    assert json.loads(capsys.readouterr().out)["changed"] == ["1001"]
    assert gradus(tiny, "roster", "list") == 0
    assert "Ann Li" in capsys.readouterr().out


def test_a_preview_makes_no_gradebook(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing to compare with: everybody is new."""
    assert gradus(tiny, "roster", "import", roster(tiny), "--preview") == 0
    assert capsys.readouterr().out == f"{READ}Would be: 2 new, 0 changed, 0 as before.\n"
    assert not (tiny / "gradebook.db").exists()


def test_a_roster_with_errors_changes_nothing(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gradus(tiny, "roster", "import", roster(tiny, "sid,name\n1,Ann\n1,Bob\n,Cy\n")) == 2
    assert capsys.readouterr().err.splitlines() == [
        'roster.csv, line 3: "1" stands in line 2 already, with other data. Keep one of the two.',
        "roster.csv, line 4: the student id is empty. Fill it in, or remove the line.",
    ]
    assert not (tiny / "gradebook.db").exists()


def test_no_gradebook_yet(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gradus(tiny, "roster", "list") == 2
    said = f"There is no gradebook at {tiny / 'gradebook.db'}. `gradus roster import FILE` makes one.\n"
    assert capsys.readouterr().err == said


def test_the_gradebook_is_where_option_or_environment_say(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here, there = tmp_path / "here.db", tmp_path / "there.db"
    monkeypatch.setenv("GRADUS_GRADEBOOK", str(here))
    assert gradus(tiny, "staff", "add", "ivy", "--role", "instructor") == 0
    assert gradus(tiny, "staff", "add", "tim", "--gradebook", str(there)) == 0
    capsys.readouterr()
    assert gradus(tiny, "staff", "list", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"ivy": "instructor"}
    assert gradus(tiny, "staff", "list", "--gradebook", str(there)) == 0
    assert capsys.readouterr().out == "tim: ta\n"
    assert not (tiny / "gradebook.db").exists()


def test_staff_come_go_and_have_conflicts(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gradus(tiny, "roster", "import", roster(tiny))
    assert gradus(tiny, "staff", "add", "tim") == 0
    assert gradus(tiny, "staff", "conflict", "tim", "1001", "--reason", "flatmates") == 0
    assert gradus(tiny, "staff", "conflict", "tim", "1001", "--lift") == 0
    assert gradus(tiny, "staff", "conflict", "tim", "9") == 2
    assert gradus(tiny, "staff", "conflict", "ivy", "1001") == 2
    assert gradus(tiny, "staff", "remove", "tim") == 0
    assert gradus(tiny, "staff", "list") == 0
    assert capsys.readouterr() == (
        f"{READ}2 new, 0 changed, 0 as before.\ntim: ta.\ntim does not see the submissions of 1001.\n"
        "tim may mark the submissions of 1001 again.\ntim: no role any more.\nNobody has a role yet.\n",
        'No student of the roster has the id "9". `gradus roster list` shows them.\n'
        'Nobody of the staff is called "ivy". `gradus staff list` shows them.\n',
    )


def test_backup(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gradus(tiny, "roster", "import", roster(tiny))
    capsys.readouterr()
    copy = tiny / "copy.db"
    assert gradus(tiny, "backup", "--to", str(copy), "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"file": str(copy), "bytes": copy.stat().st_size}
    assert gradus(tiny, "backup", "--to", str(copy)) == 2
    assert "copy.db exists. Name another file with --to, or remove this one." in capsys.readouterr().err
    assert gradus(tiny, "backup") == 0
    assert "It holds names and files: keep it as safe as those." in capsys.readouterr().out


def test_purge_says_first_what_would_go(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_gradebook(tiny / "gradebook.db") as book:
        attempt(book, tiny)
    assert gradus(tiny, "purge", "lstm") == 2
    assert capsys.readouterr() == (
        "To be removed for good: 1 files (0.0 MB).\n",
        "There is nobody to ask here, so nothing was removed. Add --yes.\n",
    )
    assert gradus(tiny, "purge", "--everything", "--json") == 0
    planned = json.loads(capsys.readouterr().out)
    assert planned == {"people": 1, "files": 1, "bytes": 6, "shared": 0, "words": 0, "done": False}
    assert gradus(tiny, "purge", "--everything", "--json", "--yes") == 0
    assert json.loads(capsys.readouterr().out) == {**planned, "done": True}
    assert gradus(tiny, "purge", "--everything", "--yes") == 0
    assert capsys.readouterr().out == "To be removed for good: 0 files (0.0 MB).\nRemoved.\n"


def test_purge_says_which_words_stay_and_removes_them_when_told(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_gradebook(tiny / "gradebook.db") as book:
        write_mark(book, attempt(book, tiny).id, "cell.style", author="tim", points=1.0, comment="Well said, Ann.")
    told = "To be removed for good: 1 people of the roster, 1 files (0.0 MB)"
    words = "1 comments, requests, notes and reasons"
    assert gradus(tiny, "purge", "--everything") == 2
    assert capsys.readouterr().out == f"{told}. {words} stay: --words removes them, too.\n"
    assert gradus(tiny, "purge", "--everything", "--words", "--json") == 0
    assert json.loads(capsys.readouterr().out)["words"] == 1
    assert gradus(tiny, "purge", "--everything", "--words", "--yes") == 0
    assert capsys.readouterr().out == f"{told}, {words}.\nRemoved.\n"
    with open_gradebook(tiny / "gradebook.db") as book:
        assert [mark.comment for mark in marks_of(book, 1)] == [""]


@pytest.mark.parametrize("arguments", [[], ["lstm", "--everything"]])
def test_purge_wants_to_know_what(tiny: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert gradus(tiny, "purge", *arguments) == 2
    assert capsys.readouterr().err.startswith("Name an assignment, or give --everything; not both.")
