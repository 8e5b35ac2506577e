"""What a class's marks say: statistics for all who may come in, and each TA's calibration."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from autograder.review.calibrating import calibration
from autograder.review.desk import Desk, NotHere
from autograder.review.pages import render
from autograder.review.rubrics import InForce
from autograder.statistics.page import sections_of, summary

CONSISTENCY = ("agreement", "graders", "orders", "positions")
"""Tables that are about those who mark."""


def routes(desk: Desk) -> list[Route]:
    """`/statistics/…` and `/calibration/…`. They are no coroutines: Starlette runs them in threads, beside the event loop."""

    def force_of(request: Request) -> InForce:
        force = desk.rubrics.of(request.path_params["slug"])
        if force is None:
            raise NotHere("There is no such assignment. Begin at the queue.")
        return force

    def statistics(request: Request) -> Response:
        me, force = request.scope["me"], force_of(request)
        found = desk.figures.of(force, me)
        values = {"summary": summary(found), "sections": sections_of(found)}
        return HTMLResponse(render("numbers.html.j2", me=me, assignment=force.loaded.assignment, **values))

    def calibrated(request: Request) -> Response:
        me, force = request.scope["me"], force_of(request)
        values = {
            "found": calibration(desk, force, me),
            "sections": sections_of(desk.figures.of(force, me, marks_alone=True), *CONSISTENCY),
        }
        return HTMLResponse(render("calibration.html.j2", me=me, assignment=force.loaded.assignment, **values))

    return [Route("/statistics/{slug}", statistics), Route("/calibration/{slug}", calibrated)]
