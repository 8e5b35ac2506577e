"""Of several attempts that last handed in counts, and not that last received.

Revision ID: 0004
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _handed_in(attempt: str, before_all: str) -> str:
    """When an attempt was handed in. Where that is not known, it follows those that were received before it."""
    return (
        f"CASE WHEN {attempt}.submitted_at <> {attempt}.received_at THEN {attempt}.submitted_at ELSE COALESCE(("
        "SELECT MAX(earlier.submitted_at) FROM attempts earlier "
        f"WHERE earlier.assignment = {attempt}.assignment AND earlier.student_id = {attempt}.student_id "
        f"AND earlier.number < {attempt}.number AND earlier.submitted_at <> earlier.received_at), {before_all}) END"
    )


def upgrade() -> None:
    """A new view in place of `counting`: (handed in, number) decides. A server's own clock never does."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    before_all = "''" if sqlite else "CAST('-infinity' AS TIMESTAMP WITH TIME ZONE)"
    newer, this = _handed_in("newer", before_all), _handed_in("attempt", before_all)
    op.execute("DROP VIEW counting")
    op.execute(
        "CREATE VIEW counting AS SELECT attempt.* FROM standing_attempts attempt WHERE NOT EXISTS ("
        "SELECT 1 FROM standing_attempts newer WHERE newer.assignment = attempt.assignment "
        "AND newer.student_id = attempt.student_id AND newer.number <> attempt.number "
        f"AND ({newer} > {this} OR ({newer} = {this} AND newer.number > attempt.number)))"
    )
