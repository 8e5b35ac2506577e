"""Gold answers: an instructor says what a submission deserves, and TAs meet it among theirs."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from autograder.gradebook.errors import GradebookError
from autograder.gradebook.marks import Mark, withdraw, write_mark
from autograder.gradebook.standing import events_at, last_of, standing
from autograder.review.desk import Desk, NotHere, Place
from autograder.review.guard import Me
from autograder.review.marking import MOST_COMMENT, NEW_RUBRIC, Refused, points_given
from autograder.review.pages import render
from autograder.review.roles import instructor
from autograder.review.routes.grading import place_of
from autograder.review.routes.reconcile import fields_of


def routes(desk: Desk) -> list[Route]:
    """`/gold/…`: the form, and what it sends."""

    def asked(request: Request) -> tuple[Me, Place]:
        me, place = instructor(request), place_of(desk, request)
        if place.criterion.kind != "ta":
            raise NotHere("Tests decide this: there is nothing to calibrate.")
        return me, place

    def page(place: Place, alert: str = "", told: str = "") -> Response:
        values = {"place": place, "gold": _gold(desk, place), "alert": alert, "told": told}
        return HTMLResponse(render("gold.html.j2", **values))

    def form(request: Request) -> Response:
        return page(asked(request)[1])

    def carried_out(request: Request, fields: dict[str, str]) -> Response:
        me, place = asked(request)
        try:
            return page(place, told=_act(desk, place, me, fields))
        except (Refused, GradebookError) as error:
            return page(place, str(error))

    async def write(request: Request) -> Response:
        return await run_in_threadpool(carried_out, request, await fields_of(request))

    address = "/gold/{slug}/{criterion}/{attempt:int}"
    return [Route(address, form), Route(address, write, methods=["POST"])]


def _gold(desk: Desk, place: Place, author: str | None = None) -> Mark | None:
    events = events_at(desk.book, {place.criterion.id: [place.attempt.id]})
    return last_of(standing(events.get((place.attempt.id, place.criterion.id), [])), "gold", author)


def _act(desk: Desk, place: Place, me: Me, form: dict[str, str]) -> str:
    if form.get("action") == "withdraw":
        there = _gold(desk, place)
        if there is None:
            raise Refused("There is no gold answer here.")
        withdraw(desk.book, there.id, me.name)
        return "This is no gold answer any more."
    if form.get("rubric") != place.force.rubric_sha256:
        raise Refused(NEW_RUBRIC)
    value, levels = form.get("level", ""), place.criterion.levels
    if levels and not (value.isdigit() and int(value) < len(levels)):
        raise Refused("Choose the level that this deserves.")
    level = int(value) if levels else None
    given = levels[int(value)].points if levels else points_given(form.get("points", ""), place.criterion.points)
    own = _gold(desk, place, me.name)
    write_mark(
        desk.book, place.attempt.id, place.criterion.id, author=me.name, kind="gold", level=level, points=given,
        comment=form.get("why", "").strip()[:MOST_COMMENT], rubric_sha256=place.force.rubric_sha256,
        expected=own.id if own else None,
    )  # fmt: skip
    return "Saved as a gold answer."
