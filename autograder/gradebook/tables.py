"""The tables of the gradebook. Events are appended; an `id` alone says which came later.

Personal data stands in `roster` and `files`, and in words that people wrote. Changing a table takes a migration (`migrations/versions`).
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)

from autograder.gradebook.columns import Moment, Words

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _event() -> list[Column[object]]:
    """When, by the server's clock, and who: a staff member, or `gradus`."""
    return [Column("at", Moment, nullable=False), Column("author", Words, nullable=False)]


def _attempt() -> Column[int]:
    return Column("attempt_id", ForeignKey("attempts.id"), nullable=False)


def _one_of(column: str, *values: str) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=column)


students = Table("students", metadata, _id(), Column("pseudonym", Words, nullable=False, unique=True))

roster = Table(
    "roster",
    metadata,
    Column("student_id", ForeignKey("students.id"), primary_key=True),
    Column("sid", Words, nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("email", Words, nullable=False),
    Column("section", Words, nullable=False),
)
"""The only table that says who a student is. Rows are changed and removed."""

staff = Table(
    "staff",
    metadata,
    _id(),
    Column("name", Words, nullable=False, index=True),
    Column("role", Words, nullable=False),
    *_event(),
    _one_of("role", "instructor", "ta", "read-only", "gone"),
)
"""A role given to somebody; the last one counts."""

conflicts = Table(
    "conflicts",
    metadata,
    _id(),
    Column("staff", Words, nullable=False, index=True),
    Column("student_id", ForeignKey("students.id"), nullable=False),
    Column("excluded", Boolean, nullable=False),
    Column("reason", Words, nullable=False),
    *_event(),
)
"""Who must not mark whom; the last one of a pair counts."""

files = Table(
    "files",
    metadata,
    Column("sha256", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("data", LargeBinary, nullable=True),
)
"""What was handed in. A purge empties `name` and `data`."""

attempts = Table(
    "attempts",
    metadata,
    _id(),
    Column("assignment", Words, nullable=False),
    Column("student_id", ForeignKey("students.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("file_sha256", ForeignKey("files.sha256"), nullable=False),
    Column("file_name", Words, nullable=False),
    Column("submitted_at", Moment, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("received_at", Moment, nullable=False),
    UniqueConstraint("assignment", "student_id", "number", name="uq_attempts_number"),
)
Index("ix_attempts_file_sha256", attempts.c.file_sha256)

set_asides = Table(
    "set_asides",
    metadata,
    _id(),
    _attempt(),
    Column("aside", Boolean, nullable=False),
    Column("reason", Words, nullable=False),
    *_event(),
)
"""An attempt that must not count (withdrawn, too late), or must again; the last one of an attempt decides."""
Index("ix_set_asides_attempt_id", set_asides.c.attempt_id)

tasks = Table(
    "tasks",
    metadata,
    _id(),
    Column("assignment", Words, nullable=False),
    Column("assignment_sha256", Words, nullable=False),
    Column("submission_sha256", Words, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("state", Words, nullable=False),
    Column("claimed_by", Words, nullable=True),
    Column("claimed_until", Moment, nullable=True),
    Column("tries", Integer, nullable=False),
    Column("detail", Words, nullable=False),
    UniqueConstraint("assignment_sha256", "submission_sha256", "seed", name="uq_tasks_key"),
    _one_of("state", "waiting", "claimed", "done", "failed"),
)
"""The queue: the one table besides the roster whose rows change."""
Index("ix_tasks_state", tasks.c.assignment, tasks.c.state)

results = Table(
    "results",
    metadata,
    _id(),
    Column("task_id", ForeignKey("tasks.id"), nullable=False, unique=True),
    Column("status", Words, nullable=False),
    Column("score", Float, nullable=False),
    Column("max_score", Float, nullable=False),
    Column("pending", Float, nullable=False),
    Column("result", Words, nullable=False),
    Column("at", Moment, nullable=False),
)
"""A result.json as it was written, and of it what lists and sums need."""

criterion_results = Table(
    "criterion_results",
    metadata,
    Column("result_id", ForeignKey("results.id"), primary_key=True),
    Column("criterion", Words, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("question", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("points", Float, nullable=False),
    Column("score", Float, nullable=False),
    Column("verdict", Words, nullable=False),
    Column("mistake", Words, nullable=True),
)
"""The criteria of a result, so that nobody parses a thousand results to sum them up."""

gradings = Table(
    "gradings",
    metadata,
    _id(),
    _attempt(),
    Column("result_id", ForeignKey("results.id"), nullable=False),
    Column("policy", Words, nullable=False),
    Column("reason", Words, nullable=False),
    *_event(),
)
"""Which result an attempt has; the last one counts."""
Index("ix_gradings_attempt_id", gradings.c.attempt_id)

rubrics = Table(
    "rubrics",
    metadata,
    Column("sha256", Words, primary_key=True),
    Column("assignment", Words, nullable=False),
    Column("yaml", Words, nullable=False),
    Column("at", Moment, nullable=False),
)
"""Rubrics as they were when somebody marked by them."""

marks = Table(
    "marks",
    metadata,
    _id(),
    _attempt(),
    Column("criterion", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("level", Integer, nullable=True),
    Column("points", Float, nullable=True),
    Column("comment", Words, nullable=False),
    Column("rubric_sha256", Words, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("position", Integer, nullable=True),
    Column("patch", Words, nullable=True),
    Column("withdraws", ForeignKey("marks.id"), nullable=True),
    *_event(),
    _one_of("kind", "mark", "override", "second", "gold", "moderated"),
)
"""Decisions of staff, and withdrawals of them."""
Index("ix_marks_attempt_id", marks.c.attempt_id, marks.c.criterion)
_withdrawing = marks.c.withdraws.is_not(None)
Index(
    "uq_marks_withdraws", marks.c.withdraws, unique=True, sqlite_where=_withdrawing, postgresql_where=_withdrawing
)  # partial: SQLite would look for all that withdraw nothing in a whole one, and be a thousand times slower

group_marks = Table(
    "group_marks",
    metadata,
    _id(),
    Column("assignment", Words, nullable=False),
    Column("criterion", Words, nullable=False),
    Column("behaviour", Words, nullable=False),
    *_event(),
)
"""A group of attempts that behave alike was marked at once."""
Index("ix_group_marks_assignment", group_marks.c.assignment, group_marks.c.criterion)

group_members = Table(
    "group_members",
    metadata,
    _id(),
    Column("group_id", ForeignKey("group_marks.id"), nullable=False, index=True),
    Column("mark_id", ForeignKey("marks.id"), nullable=False, index=True),
    Column("checked", Boolean, nullable=False),
)
"""The marks that came from it, and with `checked` those that were given one by one before."""

shared_patches = Table(
    "shared_patches", metadata, Column("mark_id", ForeignKey("marks.id"), primary_key=True), *_event()
)
"""That the patch of a mark is for the student to read, too."""

_blind = text("kind IN ('second', 'gold')")
Index("ix_marks_author", marks.c.author, marks.c.criterion)
Index("ix_marks_blind", marks.c.attempt_id, sqlite_where=_blind, postgresql_where=_blind)

moderations = Table(
    "moderations",
    metadata,
    _id(),
    Column("mark_id", ForeignKey("marks.id"), nullable=False, unique=True),
    Column("reason", Words, nullable=False),
    *_event(),
)
"""Why a moderator gave a mark; staff read it, and students do not."""

salts = Table("salts", metadata, Column("assignment", Words, primary_key=True), Column("salt", Words, nullable=False))
"""Drawn at random and shown to nobody: nobody can work out which submissions are marked twice."""

flags = Table(
    "flags",
    metadata,
    _id(),
    _attempt(),
    Column("criterion", Words, nullable=False),
    Column("raised", Boolean, nullable=False),
    Column("note", Words, nullable=False),
    *_event(),
)
Index("ix_flags_attempt_id", flags.c.attempt_id, flags.c.criterion)

requests = Table(
    "requests",
    metadata,
    _id(),
    _attempt(),
    Column("criterion", Words, nullable=False),
    Column("text", Words, nullable=False),
    *_event(),
)
Index("ix_requests_attempt_id", requests.c.attempt_id)

answers = Table(
    "answers",
    metadata,
    _id(),
    Column("request_id", ForeignKey("requests.id"), nullable=False, unique=True),
    Column("text", Words, nullable=False),
    Column("decision", Words, nullable=False),
    *_event(),
    _one_of("decision", "changed", "kept"),
)

returned = Table("returned", metadata, _id(), _attempt(), Column("sha256", Words, nullable=False), *_event())
"""Feedback that was given back: the hash of the page."""
Index("ix_returned_attempt_id", returned.c.attempt_id)

purges = Table(
    "purges",
    metadata,
    _id(),
    Column("assignment", Words, nullable=True),
    Column("people", Integer, nullable=False),
    Column("files", Integer, nullable=False),
    *_event(),
    Column("words", Integer, nullable=False, server_default="0"),
)
"""That personal data were removed, of one assignment or of all; `words` counts comments, requests, notes and reasons."""
