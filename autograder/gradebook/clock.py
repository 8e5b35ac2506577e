"""The server's clock."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The time in UTC. Events are ordered by their ids and never by this: a clock may go backwards."""
    return datetime.now(UTC)
