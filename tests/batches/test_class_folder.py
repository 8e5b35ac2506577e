"""Whose an entry of a class's folder is, and when it was handed in."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.batches.class_folder import read_class


def names(folder: Path) -> list[tuple[str, datetime | None]]:
    return [(entry.sid, entry.submitted_at) for entry in read_class(folder)]


@pytest.mark.parametrize(
    ("name", "sid", "time"),
    [
        ("ada.ipynb", "ada", None),
        ("s1234567.zip", "s1234567", None),
        ("ada@20261001T123000Z.ipynb", "ada", datetime(2026, 10, 1, 12, 30, tzinfo=UTC)),
        ("ada@2026-10-01T14:30:00+02:00.ipynb", "ada", datetime(2026, 10, 1, 12, 30, tzinfo=UTC)),
        ("ada@2026-10-01.ipynb", "ada", datetime(2026, 10, 1, tzinfo=UTC)),
        ("ada@uni.example.ipynb", "ada@uni.example", None),
        ("ada@uni.example@20261001T1230Z.py", "ada@uni.example", datetime(2026, 10, 1, 12, 30, tzinfo=UTC)),
        ("@20261001T123000Z.py", "@20261001T123000Z", None),
        ("ada_2.py", "ada_2", None),
        ("Ame\u0301lie.py", "Am\u00e9lie", None),
        ("نور.py", "نور", None),
    ],
)
def test_the_name_says_who_and_when(tmp_path: Path, name: str, sid: str, time: datetime | None) -> None:
    (tmp_path / name).touch()
    assert names(tmp_path) == [(sid, time)]


def test_a_folder_is_named_in_full(tmp_path: Path) -> None:
    (tmp_path / "j.doe").mkdir()
    (tmp_path / "j.roe@20261001T123000Z").mkdir()
    assert [sid for sid, _ in names(tmp_path)] == ["j.doe", "j.roe"]


def test_attempts_of_one_student_come_in_the_order_of_their_times(tmp_path: Path) -> None:
    for name in ("ada@20261003T0000Z.py", "ada@20261001T0000Z.py", "ada.py", "ada@20261002T0000Z.zip", "bea.py"):
        (tmp_path / name).touch()
    assert [(sid, time and time.day) for sid, time in names(tmp_path)] == [
        ("ada", None), ("ada", 1), ("ada", 2), ("ada", 3), ("bea", None),
    ]  # fmt: skip


def test_what_systems_leave_is_no_submission(tmp_path: Path) -> None:
    for name in (".DS_Store", ".git", "__MACOSX", "Thumbs.db", "desktop.ini"):
        (tmp_path / name).touch()
    assert names(tmp_path) == []


def test_a_name_that_is_no_text_is_an_entry_all_the_same(tmp_path: Path) -> None:
    os.close(os.open(os.fsencode(tmp_path) + b"/a\xff.py", os.O_CREAT))
    ((sid, _),) = names(tmp_path)
    assert sid == "a\ufffd"
