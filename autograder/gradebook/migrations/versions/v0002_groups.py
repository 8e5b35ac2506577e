"""Marks that were given to a group at once, and patches that students may see.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from autograder.gradebook.migrations.guards import guard

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

EVENTS = ("group_marks", "group_members", "shared_patches")
MARK = (
    "id", "attempt_id", "criterion", "kind", "level", "points", "comment", "rubric_sha256", "seconds", "position", "withdraws",
    "at", "author",
)  # fmt: skip
"""The columns of a mark but for its patch."""


def upgrade() -> None:
    """Make the tables and the guards on them."""
    _tables()
    guard({name: "mark_id" if name == "shared_patches" else "id" for name in EVENTS})
    _let_a_patch_be_emptied()


def _let_a_patch_be_emptied() -> None:
    """A patch holds lines of a student's code, which `gradus purge` removes: the one change of a mark that is let through."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    same = "IS" if sqlite else "IS NOT DISTINCT FROM"
    kept = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in MARK)
    refuse = "BEGIN SELECT RAISE(ABORT, 'marks is append-only'); END" if sqlite else "EXECUTE FUNCTION gradus_append_only()"
    each = "" if sqlite else "FOR EACH ROW "
    op.execute(f"DROP TRIGGER marks_no_update{'' if sqlite else ' ON marks'}")
    emptied = f"OLD.patch IS NOT NULL AND NEW.patch IS NULL AND {kept}"
    op.execute(f"CREATE TRIGGER marks_no_update BEFORE UPDATE ON marks {each}WHEN (NOT ({emptied})) {refuse}")


def _tables() -> None:
    op.create_table(
        "group_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment", sa.Text(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("behaviour", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_marks")),
    )
    op.create_index("ix_group_marks_assignment", "group_marks", ["assignment", "criterion"], unique=False)
    op.create_table(
        "group_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mark_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["group_marks.id"], name=op.f("fk_group_members_group_id")),
        sa.ForeignKeyConstraint(["mark_id"], ["marks.id"], name=op.f("fk_group_members_mark_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_members")),
    )
    op.create_index(op.f("ix_group_members_group_id"), "group_members", ["group_id"], unique=False)
    op.create_index(op.f("ix_group_members_mark_id"), "group_members", ["mark_id"], unique=False)
    op.create_table(
        "shared_patches",
        sa.Column("mark_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["mark_id"], ["marks.id"], name=op.f("fk_shared_patches_mark_id")),
        sa.PrimaryKeyConstraint("mark_id", name=op.f("pk_shared_patches")),
    )
