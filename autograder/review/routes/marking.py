"""Where marks are written: one address, one action a time, and the panel as it is afterwards comes back."""

from __future__ import annotations

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from autograder.review.desk import Desk
from autograder.review.marking import act
from autograder.review.pages import render
from autograder.review.routes.grading import panel_values, place_of
from autograder.review.routes.queue import shown

SAVES_AT_ONCE = 4
"""They stand in no line with pages (`application.py`)."""


def routes(desk: Desk) -> list[Route]:
    """`/mark/…`."""

    def carried_out(request: Request, form: dict[str, str]) -> Response:
        me, place = request.scope["me"], place_of(desk, request)
        outcome = act(desk, place, me, form)
        values = panel_values(desk, place, me, shown(request), outcome) | {"fragment": True}
        return HTMLResponse(render("panel.html.j2", **values))

    saving = CapacityLimiter(SAVES_AT_ONCE)

    async def mark(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=50) as form:
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
        return await to_thread.run_sync(carried_out, request, fields, limiter=saving)

    return [Route("/mark/{slug}/{criterion}/{attempt:int}", mark, methods=["POST"])]
