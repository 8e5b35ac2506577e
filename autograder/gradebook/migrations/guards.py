"""Guards of tables that came after migration 0001: the database itself refuses to change or remove their events."""

from __future__ import annotations

from collections.abc import Mapping

from alembic import op


def guard(tables: Mapping[str, str]) -> None:
    """Make the triggers. `tables` are names, each with the column that tells its rows apart."""
    make = _sqlite if op.get_bind().dialect.name == "sqlite" else _postgresql
    for table, key in tables.items():
        for statement in make(table, key):
            op.execute(statement)


def _sqlite(table: str, key: str) -> list[str]:
    """REPLACE removes rows without asking the triggers for DELETE."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    there = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) "
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} {there}{refuse}",
    ]


def _postgresql(table: str, key: str) -> list[str]:
    """With the function that migration 0001 has made."""
    refuse = "EXECUTE FUNCTION gradus_append_only()"
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} {refuse}",
    ]
