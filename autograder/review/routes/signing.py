"""Coming in, going out, and the files that pages are made with."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from autograder.report.page import TEMPLATES as FIGURES
from autograder.review.access import SESSION_SECONDS
from autograder.review.desk import Desk
from autograder.review.pages import HERE, render

USED = "This link was used already, or is too old. An instructor makes a new one on the page Staff; so does `gradus review`, started again."


def routes(desk: Desk, cookie: str) -> list[Route]:
    """`/enter`, `/leave`, `/static/…`."""
    files = {
        "colours.css": FIGURES / "colours.css",
        "figures.css": FIGURES / "figures.css",
        "charts.css": FIGURES / "charts.css",
        "desk.css": HERE / "static" / "desk.css",
        "desk.js": HERE / "static" / "desk.js",
        "icon.svg": HERE / "static" / "icon.svg",
        "htmx.js": htmx(),
    }

    def static(request: Request) -> Response:
        file = files.get(request.path_params["name"])
        if file is None:
            return PlainTextResponse("There is no such file.", 404)
        return FileResponse(file, headers={"cache-control": "private, max-age=300"})

    def enter(request: Request) -> Response:
        """The link of `gradus review`. A page of ours goes on to the queue: a cookie that is `Strict` would not
        come along on a redirect from another site's page."""
        key = desk.door.enter(request.query_params.get("token", ""))
        inside = key is not None or desk.door.session(request.cookies.get(cookie, "")) is not None
        heading, text = ("Come in", "The queue opens by itself.") if inside else ("This link does not open", USED)
        page = HTMLResponse(
            render("entered.html.j2", heading=heading, text=text, inside=inside), 200 if inside else 403
        )
        if key is not None:
            page.set_cookie(cookie, key, max_age=SESSION_SECONDS, httponly=True, samesite="strict", path="/")
        return page

    def leave(request: Request) -> Response:
        desk.door.leave(request.cookies.get(cookie, ""))
        gone = PlainTextResponse("You are signed out.")
        gone.delete_cookie(cookie, path="/")
        return gone

    return [
        Route("/static/{name}", static),
        Route("/enter", enter),
        Route("/leave", leave, methods=["POST"]),
    ]


def htmx() -> Path:
    """htmx 2 as the installed package django-htmx brings it; nothing of that package is imported."""
    spec = find_spec("django_htmx")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("django-htmx is not installed", name="django_htmx")
    return Path(spec.submodule_search_locations[0]) / "static" / "django_htmx" / "htmx-2.min.js"
