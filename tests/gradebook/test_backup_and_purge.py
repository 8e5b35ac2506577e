"""Backups are whole and can be used; what is purged is gone from the disk."""

from __future__ import annotations

import resource
import shutil
import signal
import threading
from pathlib import Path

import pytest
from sqlalchemy import insert

from autograder.gradebook import Gradebook, GradebookError, open_gradebook
from autograder.gradebook.attempts import attempts_of, file_of
from autograder.gradebook.backup import backup
from autograder.gradebook.clock import now
from autograder.gradebook.marks import marks_of, write_mark
from autograder.gradebook.purge import Purge, plan_purge, purge
from autograder.gradebook.roster import add_person, people
from autograder.gradebook.scores import scores_of
from autograder.gradebook.tables import flags
from tests.gradebook.made import attempt, graded


def test_a_backup_is_a_gradebook(sqlite_book: Gradebook, tmp_path: Path) -> None:
    one = attempt(sqlite_book, tmp_path)
    mark = write_mark(sqlite_book, one.id, "cell.style", author="tim", points=1.0)
    file = backup(sqlite_book, tmp_path / "copy.db")
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.glob("*copy*")) == ["copy.db"]
    with open_gradebook(file, create=False) as copy:
        assert marks_of(copy, one.id) == [mark]
        assert file_of(copy, one.file_sha256) == file_of(sqlite_book, one.file_sha256)


def test_a_backup_goes_beside_the_gradebook(sqlite_book: Gradebook, tmp_path: Path) -> None:
    file = backup(sqlite_book)
    assert file.parent == tmp_path
    assert file.name.startswith("gradebook-2")


def test_a_backup_while_others_write_is_one_state(sqlite_book: Gradebook, tmp_path: Path) -> None:
    """Marks come in pairs, each in one transaction: every copy holds whole pairs."""
    one = attempt(sqlite_book, tmp_path)
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            with sqlite_book.write() as connection:
                for name in ("a", "b"):
                    values = {"attempt_id": one.id, "criterion": name, "raised": True, "note": "", "author": "tim"}
                    connection.execute(insert(flags).values(**values, at=now()))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [backup(sqlite_book, tmp_path / f"copy{number}.db") for number in range(5)]
    finally:
        stop.set()
        writer.join()
    for file in copies:
        with open_gradebook(file) as copy, copy.read() as connection:
            names = [row.criterion for row in connection.execute(flags.select())]
        assert names.count("a") == names.count("b")


def test_a_backup_replaces_nothing(book: Gradebook, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("mine")
    with pytest.raises(GradebookError, match=r"copy\.db exists\. Name another file with --to"):
        backup(book, tmp_path / "copy.db")
    with pytest.raises(GradebookError, match=r"nowhere does not exist\. Make this folder"):
        backup(book, tmp_path / "nowhere" / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "mine"


def test_a_backup_on_a_full_disk(sqlite_book: Gradebook, tmp_path: Path) -> None:
    """A limit on the size of files stands for it; nothing half-written is left."""
    attempt(sqlite_book, tmp_path, text="x = 1\n" * 200_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(GradebookError, match=r"The backup .*copy\.db could not be written"):
            backup(sqlite_book, tmp_path / "copy.db")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert list(tmp_path.glob("*copy*")) == []


def test_a_backup_of_postgresql_is_what_pg_dump_writes(
    postgresql_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_gradebook(postgresql_database) as book:
        if shutil.which("pg_dump"):
            assert backup(book, tmp_path / "class.dump").read_bytes().startswith(b"PGDMP")
        monkeypatch.setattr(shutil, "which", lambda _name: None)
        with pytest.raises(
            GradebookError, match=r"pg_dump is not installed here\. Where it is, run: pg_dump --format="
        ):
            backup(book, tmp_path / "other.dump")


def test_the_files_of_an_assignment_are_removed(book: Gradebook, tmp_path: Path) -> None:
    one = attempt(book, tmp_path, text="name = 'Ann'\n")
    shared = attempt(book, tmp_path, "s2")
    attempt(book, tmp_path, "s2", assignment="gru")
    graded(book, one)
    plan = Purge(people=0, files=1, bytes=13, shared=1)
    assert plan_purge(book, "lstm") == plan
    assert purge(book, "lstm", author="ivy") == plan
    with pytest.raises(GradebookError, match="was removed"):
        file_of(book, one.file_sha256)
    assert file_of(book, shared.file_sha256) == b"x = 1\n"
    assert [found.file_name for found in attempts_of(book, "lstm")] == ["", ""]
    assert [found.file_name for found in attempts_of(book, "gru")] == ["answer.py"]
    assert len(people(book)) == 2
    assert [score.score for score in scores_of(book, "lstm")] == [4.0, 0.0]
    assert purge(book, "lstm").files == 0


def test_a_purge_of_the_course_takes_the_roster(book: Gradebook, tmp_path: Path) -> None:
    one = attempt(book, tmp_path)
    mark = write_mark(book, one.id, "cell.style", author="tim", points=1.0)
    assert purge(book) == Purge(people=1, files=1, bytes=6, shared=0)
    assert people(book) == []
    assert marks_of(book, one.id) == [mark]
    assert add_person(book, "s1").pseudonym != one.pseudonym


def test_what_is_purged_is_not_on_the_disk(sqlite_book: Gradebook, tmp_path: Path) -> None:
    add_person(sqlite_book, "s1", "Wilhelmina Unmistakable")
    attempt(sqlite_book, tmp_path, text="# by the Unmistakable author\n" * 500)

    def left() -> list[str]:
        return [file.name for file in tmp_path.glob("gradebook.db*") if b"Unmistakable" in file.read_bytes()]

    assert left() != []
    purge(sqlite_book)
    assert left() == []


def test_a_file_that_was_purged_can_be_handed_in_again(book: Gradebook, tmp_path: Path) -> None:
    one = attempt(book, tmp_path)
    purge(book, "lstm")
    assert attempt(book, tmp_path).id == one.id
    assert file_of(book, one.file_sha256) == b"x = 1\n"
