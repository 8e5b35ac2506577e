"""A gradebook that cannot be used is refused with a sentence, and left as it is."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from autograder.gradebook import Gradebook, GradebookError, open_gradebook, opening
from autograder.gradebook.marks import marks_of, write_mark
from autograder.gradebook.place import default_place, place_of
from autograder.gradebook.tables import metadata
from tests.gradebook.made import attempt


def refused(where: str | Path, *, create: bool = True) -> str:
    """What is said about it."""
    with pytest.raises(GradebookError) as error:
        open_gradebook(where, create=create)
    return str(error.value)


def test_a_migrated_gradebook_has_the_tables_of_the_code(book: Gradebook) -> None:
    """Names, columns, kinds, indices and constraints, as Alembic compares them."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with book.read() as connection:
        options = {"version_table": opening.VERSION_TABLE, "compare_type": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_a_difference_from_the_code_would_be_seen(book: Gradebook) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with book.write() as connection:
        connection.execute(text("ALTER TABLE roster ADD COLUMN shoe_size INTEGER"))
        options = {"version_table": opening.VERSION_TABLE}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def test_the_list_of_revisions_is_that_of_the_migrations() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(opening._MIGRATIONS))
    found = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(found)) == opening.REVISIONS


def test_what_was_written_is_there_after_opening_again(place: str, tmp_path: Path) -> None:
    with open_gradebook(place) as book:
        one = attempt(book, tmp_path)
        mark = write_mark(book, one.id, "cell.style", author="tim", points=1.0)
    with open_gradebook(place, create=False) as book:
        assert marks_of(book, one.id) == [mark]


def test_one_written_by_a_newer_gradus(place: str) -> None:
    with open_gradebook(place) as book, book.write() as connection:
        connection.execute(text(f"UPDATE {opening.VERSION_TABLE} SET version_num = '9000'"))
    assert "was written by a newer gradus (schema 9000; gradus " in refused(place)


def test_a_migration_that_fails_leaves_nothing(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(
            "autograder.gradebook.migrations.initial_guards.sqlite", lambda: ["CREATE TRIGGER nonsense ON nothing"]
        )
        patch.setattr("autograder.gradebook.migrations.initial_guards.postgresql", lambda: ["CREATE nonsense"])
        with pytest.raises(Exception, match="syntax error"):
            open_gradebook(place)
    with open_gradebook(place) as book:
        assert "marks" in inspect(book.engine).get_table_names()


def test_where_there_is_none(tmp_path: Path) -> None:
    file = tmp_path / "gradebook.db"
    assert refused(file, create=False) == f"There is no gradebook at {file}. `gradus roster import FILE` makes one."
    assert not file.exists()
    assert refused(tmp_path / "no" / "g.db").startswith(f"{tmp_path / 'no'} does not exist. Make this folder")
    assert refused(tmp_path) == f"{tmp_path} is a folder. Name a file in it, such as {tmp_path / 'gradebook.db'}."


def test_an_empty_database_of_postgresql_is_none(postgresql_database: str) -> None:
    assert "There is no gradebook at postgresql+psycopg://" in refused(postgresql_database, create=False)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "gradebook.db"
    file.write_text("sid,name\n" * 200)
    assert (
        refused(file) == f"The gradebook {file} is no gradebook: it is not a database. Name another with --gradebook."
    )
    assert file.read_text() == "sid,name\n" * 200


def test_a_database_of_something_else(tmp_path: Path) -> None:
    file = tmp_path / "gradebook.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE songs (title)")
    assert refused(file) == f"{file} is a database, but no gradebook. Name another with --gradebook."


def test_a_damaged_gradebook(tmp_path: Path) -> None:
    file = tmp_path / "gradebook.db"
    with open_gradebook(file) as book:
        for number in range(50):
            attempt(book, tmp_path, f"s{number}", f"x = {number}\n" * 100)
    data = bytearray(file.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    file.write_bytes(data)
    said = refused(file)
    assert said.startswith(f"The gradebook {file} is damaged (")
    assert said.endswith("Put the last backup in its place (gradus backup makes them).")


def test_a_gradebook_that_was_cut_off(tmp_path: Path) -> None:
    file = tmp_path / "gradebook.db"
    open_gradebook(file).close()
    os.truncate(file, 4096 * 3)
    assert refused(file).startswith(f"The gradebook {file} is damaged (")


def _say_what_is_refused(file: Path, said: Connection) -> None:
    """In a process of its own, which gives up root's right to write anywhere."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    said.send(refused(file))


def _as_nobody(file: Path) -> str:
    """What is said to a user who may write nothing of it."""
    context = multiprocessing.get_context("fork")  # Python itself may stand where that user cannot read it
    ours, theirs = context.Pipe()
    process = context.Process(target=_say_what_is_refused, args=(file, theirs))
    process.start()
    theirs.close()
    try:
        return str(ours.recv())
    finally:
        process.join()


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_gradebook_that_may_only_be_read(what: str) -> None:
    folder = Path(tempfile.mkdtemp(prefix="gradus-read-only-"))
    try:
        file = folder / "gradebook.db"
        open_gradebook(file).close()
        folder.chmod(0o777 if what == "file" else 0o555)
        file.chmod(0o444)
        said = _as_nobody(file)
        assert said.startswith(f"The gradebook {file} cannot be "), said
        assert "permissions" in said or "writable" in said
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder)


def test_a_full_disk_loses_nothing_that_was_there(sqlite_book: Gradebook, tmp_path: Path) -> None:
    """SQLite's own limit of pages says what a full disk says."""
    one = attempt(sqlite_book, tmp_path)
    with sqlite_book.read() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))  # of this connection, which the pool gives again
    with pytest.raises(GradebookError, match=r"could not be written: the disk is full\. What was there before is safe"):
        attempt(sqlite_book, tmp_path, "s2", "x = 2\n" * 100_000)
    with sqlite_book.read() as connection:
        connection.execute(text("PRAGMA max_page_count = 1000000"))
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    mark = write_mark(sqlite_book, one.id, "cell.style", author="tim", points=1.0)
    assert marks_of(sqlite_book, one.id) == [mark]


def test_a_server_that_does_not_run(tmp_path: Path) -> None:
    said = refused(f"postgresql://ann:secret@/class?host={tmp_path}")
    assert said.startswith("The gradebook postgresql+psycopg://ann:***@/class?host=")
    assert "cannot be reached" in said
    assert "secret" not in said


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("mysql://ann:secret@h/x", "mysql://ann:***@h/x: a gradebook is a file of SQLite or a PostgreSQL database."),
        ("postgresql://h:port/x", "postgresql://…: this is not the address of a database."),
        ("nonsense://", "nonsense://"),
    ],
)
def test_an_address_that_is_none(where: str, said: str) -> None:
    answer = refused(where)
    assert answer.startswith(said)
    assert "secret" not in answer


def test_where_a_gradebook_is_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADUS_GRADEBOOK", raising=False)
    assert default_place(tmp_path) == str(tmp_path / "gradebook.db")
    monkeypatch.setenv("GRADUS_GRADEBOOK", "postgresql://h/class")
    assert default_place(tmp_path) == "postgresql://h/class"
    assert default_place(tmp_path, "mine.db") == "mine.db"
    assert place_of(f"sqlite:///{tmp_path}/g.db").file == tmp_path / "g.db"
