"""Current state, as views over the events: what counts now is the last event that nothing takes back.

These are tables to select from; the SQL that makes them stands in the migrations.
"""

from __future__ import annotations

from sqlalchemy import Column, MetaData, Table

from autograder.gradebook import tables

_views = MetaData()


def _view(name: str, source: Table) -> Table:
    """Named `name`, with the columns of `source`."""
    return Table(name, _views, *[Column(column.name, column.type) for column in source.columns])


current_staff = _view("current_staff", tables.staff)
"""Who works here now, one row each."""
current_conflicts = _view("current_conflicts", tables.conflicts)
current_gradings = _view("current_gradings", tables.gradings)
"""The result of each attempt, one row each."""
current_marks = _view("current_marks", tables.marks)
"""The mark of each (attempt, criterion) that counts, one row each."""
raised_flags = _view("raised_flags", tables.flags)
counting = _view("counting", tables.attempts)
"""The attempt of each (assignment, student) that counts: the last handed in that was not set aside."""
