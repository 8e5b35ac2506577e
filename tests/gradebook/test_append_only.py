"""Events cannot be changed or removed, not even by somebody who writes SQL."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from autograder.gradebook import Gradebook, GradebookError
from autograder.gradebook.attempts import file_of, set_aside
from autograder.gradebook.flags import flag
from autograder.gradebook.group_marks import mark_group
from autograder.gradebook.marks import marks_of, write_mark
from autograder.gradebook.moderation import moderate
from autograder.gradebook.purge import purge
from autograder.gradebook.requests import answer, ask
from autograder.gradebook.returns import note_return
from autograder.gradebook.roster import people
from autograder.gradebook.rubrics import keep_rubric
from autograder.gradebook.salts import salt_of
from autograder.gradebook.staff import add_staff, conflict
from autograder.gradebook.tables import metadata
from tests.gradebook.made import attempt, graded

KEPT = {
    "answers": "text", "attempts": "number", "conflicts": "reason", "criterion_results": "score", "files": "data",
    "flags": "note", "gradings": "reason", "marks": "points", "purges": "people", "requests": "text",
    "results": "result", "returned": "sha256", "rubrics": "yaml", "set_asides": "reason", "staff": "role",
    "students": "pseudonym", "moderations": "reason", "salts": "salt",
    "group_marks": "behaviour", "group_members": "checked", "shared_patches": "author",
}  # fmt: skip
"""Table → a column whose change would be a lie."""


@pytest.fixture
def full(book: Gradebook, tmp_path: Path) -> Gradebook:
    """A gradebook with a row in every table."""
    one = attempt(book, tmp_path)
    graded(book, one)
    mark = write_mark(book, one.id, "cell.style", author="tim", points=1.0, patch="+ 1", share_patch=True)
    mark_group(book, "lstm", "b", [attempt(book, tmp_path, "s2").id], [mark], comment="", author="tim")
    flag(book, one.id, "cell.style", True, "Ask", "tim")
    answer(book, ask(book, one.id, "cell.style", "Why?", "s1"), "So.", "kept", "tim")
    note_return(book, one.id, "0" * 64, "tim")
    keep_rubric(book, "lstm", "points: 10\n")
    set_aside(book, one.id, reason="withdrawn", author="tim")
    add_staff(book, "tim", "ta")
    conflict(book, "tim", one.student_id)
    moderate(book, one.id, "cell.speed", author="ivy", reason="Fair.", seen=0, points=1.0)
    salt_of(book, "lstm")
    purge(book, "gru")
    return book


def test_every_table_of_events_is_guarded() -> None:
    assert set(KEPT) == set(metadata.tables) - {"roster", "tasks"}


def let_through(book: Gradebook, statement: str) -> list[str]:
    """The tables on which the guard does not refuse `statement`, which speaks of {table} and {column}."""
    passed = []
    for table, column in KEPT.items():
        try:
            with book.write() as connection:
                connection.execute(text(statement.format(table=table, column=column)))
        except GradebookError as error:
            if "is append-only. Append a newer event instead." in str(error):
                continue
        passed.append(table)
    return passed


def test_events_are_not_changed_removed_or_replaced(full: Gradebook) -> None:
    """SQLite's REPLACE and PostgreSQL's TRUNCATE go round triggers for DELETE."""
    assert let_through(full, "UPDATE {table} SET {column} = {column}") == []
    assert let_through(full, "DELETE FROM {table}") == []
    replace = "INSERT OR REPLACE INTO {table} SELECT * FROM {table}" if full.place.file else "TRUNCATE {table} CASCADE"
    assert let_through(full, replace) == []


def test_without_the_guard_a_mark_could_be_changed(full: Gradebook) -> None:
    """The tests above would fail if the triggers were not there."""
    on = "" if full.place.file else " ON marks"
    with full.write() as connection:
        connection.execute(text(f"DROP TRIGGER marks_no_update{on}"))
        connection.execute(text("UPDATE marks SET points = 2"))
    assert {mark.points for mark in marks_of(full, 1)} == {2.0}
    assert let_through(full, "UPDATE {table} SET {column} = {column}") == ["marks"]


def test_a_purge_may_empty_the_patch_of_a_mark_and_nothing_more(full: Gradebook) -> None:
    tried = write_mark(full, 1, "cell.fixed", author="tim", points=1.0, patch="- h\n+ c\n", expected=None)
    for change in (
        "patch = 'other'", "patch = NULL, points = 2", "patch = NULL, author = 'ann'", "comment = ''",
        "patch = NULL, comment = 'other'",
    ):  # fmt: skip
        with pytest.raises(GradebookError, match="marks is append-only"), full.write() as connection:
            connection.execute(text(f"UPDATE marks SET {change}"))
    purge(full, "gru")
    assert tried in marks_of(full, 1), "another assignment's"
    purge(full, "lstm")
    assert replace(tried, patch=None) in marks_of(full, 1)
    with pytest.raises(GradebookError, match="marks is append-only"), full.write() as connection:
        connection.execute(text("UPDATE marks SET patch = NULL"))


WORDS = {
    "marks": ("comment", "points = 2"),
    "requests": ("text", "criterion = 'other'"),
    "answers": ("text", "decision = 'changed'"),
    "moderations": ("reason", "author = 'ann'"),
    "flags": ("note", "raised = NOT raised"),
    "set_asides": ("reason", "aside = NOT aside"),
    "conflicts": ("reason", "excluded = NOT excluded"),
}


@pytest.mark.parametrize("table", WORDS)
def test_a_purge_may_empty_words_and_nothing_more(full: Gradebook, table: str) -> None:
    write_mark(full, 1, "cell.said", author="tim", points=1.0, comment="So so.", expected=None)
    conflict(full, "tim", 1, reason="a cousin")
    column, other = WORDS[table]
    refused = (f"{column} = 'other'", f"{column} = '', {other}", other, f"{column} = {column}")
    for change in refused:
        with pytest.raises(GradebookError, match=f"{table} is append-only"), full.write() as connection:
            connection.execute(text(f"UPDATE {table} SET {change} WHERE {column} <> ''"))
    purge(full, words=True)
    with full.read() as connection:
        assert connection.execute(text(f"SELECT count(*) FROM {table} WHERE {column} <> ''")).scalar_one() == 0
        assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() > 0


def test_a_purge_may_empty_files_and_nothing_more(full: Gradebook) -> None:
    with full.read() as connection:
        digest = connection.execute(text("SELECT sha256 FROM files")).scalar_one()
    for change in ("data = NULL", "name = '', data = 'other'", "name = '', data = NULL, sha256 = 'other'"):
        sql = change.replace("'other'", "'other'::bytea") if not full.place.file and "data = 'o" in change else change
        with pytest.raises(GradebookError, match="files is append-only"), full.write() as connection:
            connection.execute(text(f"UPDATE files SET {sql}"))
    purge(full, "lstm")
    assert people(full)
    with pytest.raises(GradebookError, match="files is append-only"), full.write() as connection:
        connection.execute(text("UPDATE files SET sha256 = 'other'"))
    with pytest.raises(GradebookError, match=r"was removed from .* by `gradus purge`"):
        file_of(full, digest)
