"""Who may come in: links that open the desk once, and the sessions that they become."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from dataclasses import dataclass, field

LINK_SECONDS = 12 * 3600
"""How long a link that nobody has used stays good."""
SESSION_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True)
class Session:
    """One browser of one person."""

    name: str
    csrf: str
    """Sent back with every write; a page of another origin cannot read it."""
    until: float
    """Seconds of the monotonic clock."""

    def allows(self, csrf: str) -> bool:
        return hmac.compare_digest(self.csrf.encode(), csrf.encode())


@dataclass
class Door:
    """Links and sessions, in memory: when the desk is closed, all of them are void."""

    _links: dict[str, tuple[str, float]] = field(default_factory=dict)
    _sessions: dict[str, Session] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def invite(self, name: str) -> str:
        """A token that lets `name` in, once."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._links[token] = (name, time.monotonic() + LINK_SECONDS)
        return token

    def enter(self, token: str) -> str | None:
        """The key of a new session; None for a token that is unknown, used or too old."""
        now = time.monotonic()
        with self._lock:
            name, until = self._links.pop(token, ("", 0.0))
            if not name or until < now:
                return None
            key = secrets.token_urlsafe(32)
            self._sessions[key] = Session(name, secrets.token_urlsafe(32), now + SESSION_SECONDS)
            return key

    def session(self, key: str) -> Session | None:
        """The session behind a cookie."""
        found = self._sessions.get(key)
        return found if found is not None and found.until >= time.monotonic() else None

    def leave(self, key: str) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(key, None)
