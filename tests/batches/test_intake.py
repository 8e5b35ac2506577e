"""Receiving a class: every entry is in the gradebook, or is told."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.batches.class_folder import read_class
from autograder.batches.intake import take_in
from autograder.gradebook import Gradebook, GradebookFailed
from autograder.gradebook.attempts import attempts_of, counting_attempts
from autograder.gradebook.roster import add_person, people
from tests.batches.made import received

DEADLINE = datetime(2026, 10, 2, tzinfo=UTC)


def write(folder: Path, *names: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_text(name)
    return folder


def test_an_unknown_student_is_told_and_the_others_are_received(book: Gradebook, tmp_path: Path) -> None:
    add_person(book, "bea")
    intake = take_in(book, "scale", read_class(write(tmp_path / "in", "ada.py", "bea.py")))
    assert (intake.entries, intake.new, intake.unknown, intake.complete) == (2, 1, ["ada.py"], False)
    assert [attempt.file_name for attempt in attempts_of(book, "scale")] == ["bea.py"]


def test_an_unknown_student_is_enrolled_when_asked(book: Gradebook, tmp_path: Path) -> None:
    intake = take_in(book, "scale", read_class(write(tmp_path / "in", "ada.py")), add_unknown=True)
    assert (intake.enrolled, intake.unknown, intake.complete) == (["ada"], [], True)
    assert [person.sid for person in people(book)] == ["ada"]


def test_the_same_class_again_is_nothing_new(book: Gradebook, tmp_path: Path) -> None:
    received(book, tmp_path / "in", "ada", "bea")
    assert received(book, tmp_path / "in", "ada", "bea").new == 0
    assert len(attempts_of(book, "scale")) == 2


def test_of_several_attempts_the_last_counts_and_lateness_is_kept(book: Gradebook, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", "ada@20261001T1200Z.py", "ada@20261003T1200Z.py")
    intake = take_in(book, "scale", read_class(folder), deadline=DEADLINE, add_unknown=True)
    assert (intake.new, intake.late, intake.untimed) == (2, 1, [])
    assert [attempt.late for attempt in attempts_of(book, "scale")] == [False, True]
    assert [(attempt.number, attempt.late) for attempt in counting_attempts(book, "scale")] == [(2, True)]


def test_without_a_time_nobody_is_late(book: Gradebook, tmp_path: Path) -> None:
    intake = take_in(book, "scale", read_class(write(tmp_path / "in", "ada.py")), deadline=DEADLINE, add_unknown=True)
    assert (intake.late, intake.untimed) == (0, ["ada.py"])


def test_two_entries_without_a_time_are_both_received_and_told(book: Gradebook, tmp_path: Path) -> None:
    intake = take_in(book, "scale", read_class(write(tmp_path / "in", "ada.py", "ada.ipynb")), add_unknown=True)
    assert (intake.new, intake.ambiguous) == (2, ["ada"])
    assert counting_attempts(book, "scale")[0].file_name == "ada.py"


def test_what_cannot_be_read_stops_nobody(book: Gradebook, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", "ada.py", "cy.py")
    os.mkfifo(folder / "bea.py")
    intake = take_in(book, "scale", read_class(folder), add_unknown=True)
    assert (intake.new, list(intake.unreadable), intake.complete) == (2, ["bea.py"], False)
    assert "neither a file nor a folder" in intake.unreadable["bea.py"]


def test_a_gradebook_that_fails_is_no_unreadable_submission(
    book: Gradebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autograder.batches import intake

    def refuse(*_: object, **__: object) -> None:
        raise GradebookFailed(f"The gradebook {book.place} could not be written: the disk is full.")

    monkeypatch.setattr(intake, "receive", refuse)
    with pytest.raises(GradebookFailed, match="the disk is full"):
        received(book, tmp_path / "in", "ada")
