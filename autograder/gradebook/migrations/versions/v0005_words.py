"""What people wrote may be removed, too: comments, requests and their answers, notes and reasons.

Revision ID: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WORDS = {
    "requests": ("text", ("id", "attempt_id", "criterion", "at", "author")),
    "answers": ("text", ("id", "request_id", "decision", "at", "author")),
    "moderations": ("reason", ("id", "mark_id", "at", "author")),
    "flags": ("note", ("id", "attempt_id", "criterion", "raised", "at", "author")),
    "set_asides": ("reason", ("id", "attempt_id", "aside", "at", "author")),
    "conflicts": ("reason", ("id", "staff", "student_id", "excluded", "at", "author")),
}
"""Table → the column that may be emptied, and all others."""
MARK = (
    "id", "attempt_id", "criterion", "kind", "level", "points", "rubric_sha256", "seconds", "position", "withdraws", "at", "author",
)  # fmt: skip
"""The columns of a mark but for its patch and its comment."""


def upgrade() -> None:
    """Guards that let a purge empty them and nothing else, and room for how many they were."""
    op.add_column("purges", sa.Column("words", sa.Integer(), nullable=False, server_default="0"))
    sqlite = op.get_bind().dialect.name == "sqlite"
    same = "IS" if sqlite else "IS NOT DISTINCT FROM"

    def kept(columns: tuple[str, ...]) -> str:
        return " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in columns)

    for table, (column, others) in WORDS.items():
        _let_through(table, f"OLD.{column} <> '' AND NEW.{column} = '' AND {kept(others)}", sqlite=sqlite)
    something = "((OLD.patch IS NOT NULL AND NEW.patch IS NULL) OR (OLD.comment <> '' AND NEW.comment = ''))"
    nothing_else = f"(NEW.patch IS NULL OR {kept(('patch',))}) AND (NEW.comment = '' OR {kept(('comment',))})"
    _let_through("marks", f"{something} AND {nothing_else} AND {kept(MARK)}", sqlite=sqlite)


def _let_through(table: str, change: str, *, sqlite: bool) -> None:
    """The guard against changes of `table`, made anew: it refuses all but `change`."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END" if sqlite else "EXECUTE FUNCTION gradus_append_only()"
    each = "" if sqlite else "FOR EACH ROW "
    op.execute(f"DROP TRIGGER {table}_no_update{'' if sqlite else f' ON {table}'}")
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {each}WHEN (NOT ({change})) {refuse}")
