"""What is said when a page cannot be had."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from autograder.course.findings import CourseError
from autograder.review.desk import NotHere
from autograder.review.pages import render
from autograder.review.roles import NotAllowed


def handlers() -> Mapping[Any, Callable[[Request, Exception], Response]]:
    """What to answer to which exception."""
    return {
        NotHere: lambda request, error: _told(request, 404, "Not here", str(error)),
        NotAllowed: lambda request, error: _told(request, 403, "Not for you", str(error)),
        HTTPException: _http,
        CourseError: lambda request, error: _told(request, 500, "That did not work", str(error)),
    }


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _told(request, error.status_code, "Not here", "There is no such page. Begin at the queue.")


def _told(request: Request, status: int, heading: str, text: str) -> Response:
    if "hx-request" in request.headers or "me" not in request.scope:
        return PlainTextResponse(text, status)
    me = request.scope["me"]
    page = render("message.html.j2", me=me, heading=heading, text=text, link="/", link_text="To the queue")
    return HTMLResponse(page, status)
