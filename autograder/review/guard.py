"""What stands before every page: the right host, a session, its token on every write, and headers that let nothing run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

from autograder.review.access import Door, Session

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""For our own pages: nothing inline, nothing from elsewhere, in nobody's frame."""
FRAME_POLICY = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""For what a student made: a place without an origin, where no script runs and nothing is fetched."""
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}
OPEN = ("/enter", "/static/")
"""Addresses that need no session."""
SAFE = ("GET", "HEAD")
MOST_BODY = 1 << 20


@dataclass(frozen=True)
class Me:
    """Who asks: what every page knows of them."""

    name: str
    role: str
    csrf: str

    @property
    def writes(self) -> bool:
        return self.role != "read-only"


class Guard:
    """ASGI middleware.

    `role` tells the role of a member of staff, or None for one who is no longer there. Every request is answered in a
    `visit` of its own.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        door: Door,
        hosts: Sequence[str],
        cookie: str,
        role: Callable[[str], str | None],
        visit: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self.app, self.door, self.hosts, self.cookie, self.role = app, door, tuple(hosts), cookie, role
        self.visit = visit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through with `scope["me"]`, or say why not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        with self.visit():
            trouble = self._trouble(scope, headers)
            if trouble is None:
                await self.app(scope, receive, _with_headers(send))
            else:
                await _refuse(_with_headers(send), *trouble)

    def _trouble(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        if headers.get("host") not in self.hosts:
            return 421, f"This desk answers at {self.hosts[0]} only. Open the link that `gradus review` printed."
        session = self.door.session(_cookie(headers.get("cookie", ""), self.cookie))
        if scope["path"].startswith(OPEN) and scope["method"] in SAFE:
            return None
        if session is None:
            return 401, "You are not signed in here. Open the link that `gradus review` printed; each works once."
        role = self.role(session.name)
        if role is None:
            return 403, f"{session.name} is not among the staff of this gradebook. Ask the instructor."
        scope["me"] = Me(session.name, role, session.csrf)
        return None if scope["method"] in SAFE else self._trouble_of_a_write(headers, session, role)

    def _trouble_of_a_write(self, headers: dict[str, str], session: Session, role: str) -> tuple[int, str] | None:
        if not session.allows(headers.get("x-csrf-token", "")):
            return 403, "This did not come from a page of the desk, so nothing was written. Reload the page."
        if headers.get("origin", "") not in ("", *(f"http://{host}" for host in self.hosts)):
            return 403, "This came from a page of another server, so nothing was written."
        if role == "read-only":
            return 403, "You may look but not write. Ask the instructor for the role of a TA."
        size = headers.get("content-length", "")
        if not size.isdigit() or int(size) > MOST_BODY:
            return 413, "That is more text than the desk takes (1 MiB). Shorten it."
        return None


def _cookie(header: str, name: str) -> str:
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return found.value if found is not None else ""


def _with_headers(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            have = {name.lower() for name, _ in message["headers"]}
            more = {"content-security-policy": POLICY, "x-frame-options": "DENY", **HEADERS}
            if b"content-security-policy" in have:  # a frame for a student's page has a policy of its own
                more.pop("x-frame-options")
            extra = [(name.encode(), value.encode()) for name, value in more.items() if name.encode() not in have]
            message = {**message, "headers": [*message["headers"], *extra]}
        await send(message)

    return guarded


async def _refuse(send: Send, status: int, reason: str) -> None:
    body = reason.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
