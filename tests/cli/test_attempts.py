"""Late and several attempts: listed with their times, set aside with a reason, restored."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sqlalchemy", reason="the extra [gradebook] is not installed")

from autograder.cli import run
from autograder.gradebook import open_gradebook
from autograder.gradebook.attempts import counting_attempts, receive
from autograder.gradebook.roster import add_person

FIRST, SECOND = datetime(2026, 10, 1, 12, tzinfo=UTC), datetime(2026, 10, 2, 12, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """s1 handed in twice, the second time late; s2 once, nobody knows when."""
    monkeypatch.setenv("COLUMNS", "160")
    with open_gradebook(tmp_path / "gradebook.db") as book:
        for sid, text, at in (("s1", "a", FIRST), ("s1", "b", SECOND), ("s2", "c", None)):
            file = tmp_path / f"{sid}.py"
            file.write_text(text)
            student = add_person(book, sid, name="Ada").student_id
            receive(book, "scale", student, file, submitted_at=at, deadline=FIRST if at else None)
    return tmp_path / "gradebook.db"


def call(place: Path, *words: str) -> int:
    return run(["attempts", "scale", "--gradebook", str(place), *words])


def listed(place: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert call(place, "--json", *words) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_all_attempts_with_times_and_what_counts(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = sorted(listed(place, capsys), key=lambda one: one["id"])
    assert [(one["attempt"], one["late"], one["counts"]) for one in found] == [(1, False, False), (2, True, True), (1, False, True)]
    assert [one["submitted_at"] for one in found] == [FIRST.isoformat(), SECOND.isoformat(), None]
    assert [one["id"] for one in listed(place, capsys, "--several")] == [1, 2]
    assert [one["id"] for one in listed(place, capsys, "--late")] == [1, 2]
    assert [one["id"] for one in listed(place, capsys, "--student", "s2")] == [3]
    assert [one["id"] for one in listed(place, capsys, "--student", found[0]["student"])] == [1, 2]
    call(place)
    table = capsys.readouterr().out
    assert "2026-10-02 12:00" in table
    assert "not known" in table
    assert "counts, late" in table
    assert "Ada" not in table


def test_one_is_set_aside_and_restored(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(place, "--set-aside", "2", "--reason", "After the extension.", "--as", "ivy") == 0
    assert "set aside by ivy: After the extension." in capsys.readouterr().out
    with open_gradebook(place) as book:
        assert [one.id for one in counting_attempts(book, "scale")] == [1, 3]
    assert call(place, "--set-aside", "1", "--reason", "Withdrawn.", "--as", "ivy") == 0
    assert "1 of these students has no attempt that counts." in capsys.readouterr().out
    assert call(place, "--restore", "2", "--restore", "1", "--reason", "It was in time.", "--as", "ivy") == 0
    assert [one["counts"] for one in listed(place, capsys, "--student", "s1")] == [False, True]


REFUSED = [
    (["--set-aside", "2"], "Say why"),
    (["--set-aside", "2", "--reason", " "], "Say why"),
    (["--set-aside", "9", "--reason", "x"], "scale has no attempt with the id 9."),
    (["--set-aside", "2", "--set-aside", "9", "--reason", "x"], "scale has no attempt with the id 9."),
    (["--set-aside", "2", "--restore", "2", "--reason", "x"], "cannot be set aside and restored at once"),
    (["--restore", "2", "--reason", "x"], "Attempt 2 is not set aside."),
    (["--student", "nobody"], '"nobody" has no attempt of scale'),
]


def test_what_makes_no_sense_changes_nothing(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, said in REFUSED:
        assert call(place, *words) == 2, words
        assert said in capsys.readouterr().err
    assert [one["set_aside"] for one in listed(place, capsys)] == [None, None, None]
