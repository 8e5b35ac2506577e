"""What a folder of a class holds: whose submission each entry is, and when it was handed in."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_CLUTTER = ("__MACOSX", "Thumbs.db", "desktop.ini")
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    """One submission in the folder of a class."""

    path: Path
    sid: str
    submitted_at: datetime | None
    """None where the name does not say."""


def read_class(folder: Path) -> list[Entry]:
    """Every entry of `folder`, by student and, for several of one student, by time. Raises OSError.

    A folder's name or a file's stem is `sid`, or `sid@time` with an ISO 8601 time: `ada@20261001T123000Z`,
    `ada@2026-10-01T14:30:00+02:00`; without an offset it is UTC. An entry without a time comes before those with one.
    Hidden files and what systems leave in folders are no submissions.
    """
    entries = [_entry(path) for path in folder.iterdir() if is_submission(path.name)]
    return sorted(entries, key=lambda one: (one.sid, one.submitted_at or _BEFORE_ALL, one.path.name))


def is_submission(name: str) -> bool:
    """Whether a file or folder so called may be one: it is not hidden, and nothing that systems leave in folders."""
    return not name.startswith(".") and name not in _CLUTTER


def _entry(path: Path) -> Entry:
    name = _readable(path.name if path.is_dir() else path.stem)
    sid, at, time = name.rpartition("@")
    submitted = _time(time) if at and sid else None
    return Entry(path, sid if submitted else name, submitted)


def _readable(name: str) -> str:
    """Composed as rosters are (some systems decompose names), and never half a character."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return unicodedata.normalize("NFC", text).strip()


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
