"""The history of the tables, applied by Alembic in order (`opening.py`)."""
