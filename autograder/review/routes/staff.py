"""Who works here, for instructors: new links, and sessions that are ended."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from autograder.gradebook.staff import staff_of
from autograder.review.access import Session
from autograder.review.desk import Desk
from autograder.review.guard import Me
from autograder.review.pages import render
from autograder.review.roles import instructor


@dataclass(frozen=True)
class Member:
    """One member of staff. `sessions` are the browsers in which they are signed in."""

    name: str
    role: str
    sessions: list[Session]
    waiting: int
    """Links that nobody has used yet."""


def routes(desk: Desk) -> list[Route]:
    """`/staff`."""

    def page(request: Request) -> Response:
        return HTMLResponse(render("staff.html.j2", **_values(desk, instructor(request))))

    def carried_out(request: Request, action: str) -> Response:
        me = instructor(request)
        told, link = _act(desk, request, action)
        return HTMLResponse(render("staff_list.html.j2", **_values(desk, me) | {"told": told, "link": link}))

    async def change(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=5) as form:
            action = form.get("action", "")
        return await run_in_threadpool(carried_out, request, action if isinstance(action, str) else "")

    return [Route("/staff", page, methods=["GET"]), Route("/staff", change, methods=["POST"])]


def _act(desk: Desk, request: Request, action: str) -> tuple[str, str]:
    """What is said, and the link that is shown this once."""
    name, _, what = action.partition(":")
    if name == "link" and what in staff_of(desk.book):
        # The host is one of the desk's own: the guard has looked.
        link = f"http://{request.headers['host']}/enter?token={desk.door.invite(what)}"
        return f"A link for {what}. It works once, within 12 hours, and is shown here only now:", link
    if name == "revoke" and what.isdigit():
        whose = desk.door.revoke(int(what))
        return (f"A session of {whose} is ended." if whose else "This session is ended already."), ""
    if name == "out":
        ended = desk.door.shut_out(what)
        return f"{what} is signed out everywhere: {ended} sessions and unused links. Marks stay.", ""
    return "There is nobody of this name among the staff (any more).", ""


def _values(desk: Desk, me: Me) -> dict[str, object]:
    sessions = desk.door.sessions()
    members = [
        Member(name, role, [one for one in sessions if one.name == name], desk.door.waiting(name))
        for name, role in staff_of(desk.book).items()
    ]
    return {"me": me, "members": members, "told": "", "link": ""}
