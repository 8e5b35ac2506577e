"""Who may come in: links that open the desk once, and the sessions that they become."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime

from autograder.gradebook.clock import now

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
    number: int = 0
    """Names it on the page for staff links; whoever knows it can do nothing with it."""
    since: datetime = field(default_factory=now)

    def allows(self, csrf: str) -> bool:
        return hmac.compare_digest(self.csrf.encode(), csrf.encode())


@dataclass
class Door:
    """Links and sessions, in memory: when the desk is closed, all of them are void."""

    _links: dict[str, tuple[str, float]] = field(default_factory=dict)
    _sessions: dict[str, Session] = field(default_factory=dict)
    _count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def invite(self, name: str) -> str:
        """A token that lets `name` in, once."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._links[token] = (name, time.monotonic() + LINK_SECONDS)
        return token

    def enter(self, token: str) -> str | None:
        """The key of a new session; None for a token that is unknown, used or too old."""
        moment = time.monotonic()
        with self._lock:
            name, until = self._links.pop(token, ("", 0.0))
            if not name or until < moment:
                return None
            key = secrets.token_urlsafe(32)
            self._count += 1
            self._sessions[key] = Session(name, secrets.token_urlsafe(32), moment + SESSION_SECONDS, self._count)
            return key

    def session(self, key: str) -> Session | None:
        """The session behind a cookie."""
        found = self._sessions.get(key)
        return found if found is not None and found.until >= time.monotonic() else None

    def leave(self, key: str) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(key, None)

    def sessions(self) -> list[Session]:
        """Those that are open, oldest first."""
        with self._lock:
            return [one for one in self._sessions.values() if one.until >= time.monotonic()]

    def waiting(self, name: str) -> int:
        """How many links of `name` nobody has used yet."""
        with self._lock:
            return sum(who == name and until >= time.monotonic() for who, until in self._links.values())

    def revoke(self, number: int) -> str | None:
        """End a session: whose it was; None when there is no such any more."""
        with self._lock:
            for key, session in self._sessions.items():
                if session.number == number:
                    del self._sessions[key]
                    return session.name
        return None

    def shut_out(self, name: str) -> int:
        """End every session of `name` and make their unused links void: how many there were of both."""
        with self._lock:
            keys = [key for key, session in self._sessions.items() if session.name == name]
            tokens = [token for token, (who, _) in self._links.items() if who == name]
            for key in keys:
                del self._sessions[key]
            for token in tokens:
                del self._links[token]
        return len(keys) + len(tokens)
