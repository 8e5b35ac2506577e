"""Backups are whole and can be used; what is purged is gone from the disk."""

from __future__ import annotations

import resource
import shutil
import signal
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from autograder.gradebook import Gradebook, GradebookError, open_gradebook
from autograder.gradebook.attempts import Attempt, attempts_of, file_of, set_aside
from autograder.gradebook.backup import backup
from autograder.gradebook.clock import now
from autograder.gradebook.flags import flag
from autograder.gradebook.marks import marks_of, write_mark
from autograder.gradebook.moderation import moderate
from autograder.gradebook.purge import Purge, plan_purge, purge
from autograder.gradebook.requests import answer, ask, requests_of
from autograder.gradebook.roster import add_person, people
from autograder.gradebook.scores import scores_of
from autograder.gradebook.staff import conflict
from autograder.gradebook.tables import flags
from autograder.review.remembered import Remembered
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
    plan = Purge(people=0, files=1, bytes=13, shared=1, words=0)
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
    assert purge(book) == Purge(people=1, files=1, bytes=6, shared=0, words=0)
    assert people(book) == []
    assert marks_of(book, one.id) == [mark]
    assert add_person(book, "s1").pseudonym != one.pseudonym


def written(book: Gradebook, folder: Path, slug: str, words: str) -> Attempt:
    """An attempt at `slug` that people wrote `words` about, in every way there is."""
    one = attempt(book, folder, assignment=slug)
    write_mark(book, one.id, "cell.style", author="tim", points=1.0, comment=words)
    moderate(book, one.id, "cell.speed", author="ivy", reason=words, seen=0, points=1.0)
    flag(book, one.id, "cell.style", True, words, "tim")
    answer(book, ask(book, one.id, "cell.style", words, "ivy"), words, "kept", "tim")
    set_aside(book, one.id, reason=words, author="tim")
    return one


def texts(book: Gradebook) -> list[str]:
    """All words that people wrote, of tables in turn."""
    columns = {
        "marks": "comment", "moderations": "reason", "flags": "note", "requests": "text", "answers": "text",
        "set_asides": "reason", "conflicts": "reason",
    }  # fmt: skip
    with book.read() as connection:
        found = [connection.execute(text(f"SELECT {column} FROM {table}")) for table, column in columns.items()]
        return [word for rows in found for (word,) in rows if word]


def test_words_that_people_wrote_are_removed_when_that_is_asked(book: Gradebook, tmp_path: Path) -> None:
    one = written(book, tmp_path, "lstm", "Ann again")
    written(book, tmp_path, "gru", "her gru")
    conflict(book, "tim", one.student_id, reason="her cousin")
    before = marks_of(book, one.id)
    assert purge(book, "lstm").words == 0
    assert sorted(texts(book)) == ["Ann again"] * 6 + ["her cousin"] + ["her gru"] * 6
    assert plan_purge(book, "lstm", words=True).words == 6
    assert purge(book, "lstm", words=True).words == 6
    assert sorted(texts(book)) == ["her cousin"] + ["her gru"] * 6
    assert marks_of(book, one.id) == [replace(mark, comment="") for mark in before]
    assert [(asked.text, asked.answer and asked.answer.decision) for asked in requests_of(book, "lstm")] == [("", "kept")]
    assert purge(book, words=True).words == 7
    assert texts(book) == []
    with book.read() as connection:
        assert [row.words for row in connection.execute(text("SELECT words FROM purges ORDER BY id"))] == [0, 6, 7]


def test_words_that_are_removed_are_in_no_memory(book: Gradebook, tmp_path: Path) -> None:
    """A desk that is open meanwhile reads them anew."""
    one = written(book, tmp_path, "lstm", "Ann again")
    memory = Remembered(book)
    places = {"cell.style": frozenset([one.id])}
    assert [mark.comment for marks in memory.stands("lstm", places).values() for mark in marks] == ["Ann again"]
    assert [asked.text for asked in requests_of(book, "lstm")] == ["Ann again"]
    purge(book, "lstm", words=True)
    assert [mark.comment for marks in memory.stands("lstm", places).values() for mark in marks] == [""]
    assert [asked.text for asked in requests_of(book, "lstm")] == [""]


def test_what_is_purged_is_not_on_the_disk(sqlite_book: Gradebook, tmp_path: Path) -> None:
    add_person(sqlite_book, "s1", "Wilhelmina Unmistakable")
    attempt(sqlite_book, tmp_path, text="# by the Unmistakable author\n" * 500)
    written(sqlite_book, tmp_path, "lstm", "No doubt of Unmistakable origin. " * 100)

    def left() -> list[str]:
        return [file.name for file in tmp_path.glob("gradebook.db*") if b"Unmistakable" in file.read_bytes()]

    assert left() != []
    purge(sqlite_book)
    assert left() != [], "what people wrote"
    purge(sqlite_book, words=True)
    assert left() == []


def test_a_file_that_was_purged_can_be_handed_in_again(book: Gradebook, tmp_path: Path) -> None:
    one = attempt(book, tmp_path)
    purge(book, "lstm")
    assert attempt(book, tmp_path).id == one.id
    assert file_of(book, one.file_sha256) == b"x = 1\n"
