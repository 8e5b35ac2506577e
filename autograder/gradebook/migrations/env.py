"""Run by Alembic: the connection and its transaction are the caller's (`opening.py`)."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table="gradus_schema",
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
