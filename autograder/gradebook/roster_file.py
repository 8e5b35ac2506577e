"""A roster as a CSV file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One student as a roster file has them; what it does not say is empty."""

    sid: str
    name: str = ""
    email: str = ""
    section: str = ""
