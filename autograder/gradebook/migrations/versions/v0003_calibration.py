"""What decides which submissions are marked twice, and why a moderator decided.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from autograder.gradebook.migrations.guards import guard

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, their guards, and the ways to marks of one author, and to the few that do not count."""
    op.create_table(
        "salts",
        sa.Column("assignment", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("assignment", name=op.f("pk_salts")),
    )
    op.create_table(
        "moderations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mark_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["mark_id"], ["marks.id"], name=op.f("fk_moderations_mark_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderations")),
        sa.UniqueConstraint("mark_id", name=op.f("uq_moderations_mark_id")),
    )
    blind = sa.text("kind IN ('second', 'gold')")
    op.create_index("ix_marks_author", "marks", ["author", "criterion"])
    op.create_index("ix_marks_blind", "marks", ["attempt_id"], sqlite_where=blind, postgresql_where=blind)
    guard({"salts": "assignment", "moderations": "id"})
