"""The guards of migration 0001: the database itself refuses to change or remove events."""

from __future__ import annotations

EVENTS = (
    "students", "staff", "conflicts", "attempts", "set_asides", "results", "criterion_results", "gradings", "rubrics",
    "marks", "flags", "requests", "answers", "returned", "purges", "files",
)  # fmt: skip
"""Every table but the roster and the queue."""

PURGED = {
    "files": "NEW.sha256 = OLD.sha256 AND (OLD.data IS NULL OR (NEW.data IS NULL AND NEW.name = ''))",
    "attempts": "NEW.file_name = ''"
    + "".join(
        f" AND NEW.{name} = OLD.{name}"
        for name in ("id", "assignment", "student_id", "number", "file_sha256", "submitted_at", "late", "received_at")
    ),
}
"""The one change that is let through: `gradus purge` empties what may name a person. An empty file can be handed in again."""


def sqlite() -> list[str]:
    """Statements that make the guards. REPLACE removes rows without asking the triggers for DELETE."""
    made = []
    for table in EVENTS:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        when = f"WHEN NOT ({PURGED[table]}) " if table in PURGED else ""
        made.append(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {when}{refuse}")
        made.append(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}")
        same = {"files": "sha256 = NEW.sha256", "rubrics": "sha256 = NEW.sha256"}.get(table, "rowid = NEW.rowid")
        if table == "criterion_results":
            same = "result_id = NEW.result_id AND criterion = NEW.criterion"
        there = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
        made.append(f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} {there}{refuse}")
    return made


def postgresql() -> list[str]:
    """Statements that make the guards."""
    made = [
        "CREATE FUNCTION gradus_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    ]
    for table in EVENTS:
        refuse = "EXECUTE FUNCTION gradus_append_only()"
        when = f"WHEN (NOT ({PURGED[table]})) " if table in PURGED else ""
        made.append(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW {when}{refuse}")
        made.append(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW {refuse}")
        made.append(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} {refuse}")
    return made
