"""Where a moderator reconciles marks that differ: a list, and one page for each."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from autograder.review.desk import Desk, NotHere, Place
from autograder.review.guard import Me
from autograder.review.marking import Outcome
from autograder.review.order import neighbour
from autograder.review.pages import render
from autograder.review.reconciling import at, compared, decide
from autograder.review.roles import instructor
from autograder.review.routes.grading import place_of
from autograder.submissions.opened import answers, around


def routes(desk: Desk) -> list[Route]:
    """`/reconcile/…`."""

    def listing(request: Request) -> Response:
        me = instructor(request)
        force = desk.rubrics.of(request.path_params["slug"])
        if force is None:
            raise NotHere("There is no such assignment. Begin at the queue.")
        found = compared(desk, force, me.name)
        differing = [one for one in found if one.differs or one.decision]
        values = {
            "me": me,
            "assignment": force.loaded.assignment,
            "twice": len(found),
            "open": [one for one in differing if one.decision is None],
            "settled": [one for one in differing if one.decision is not None],
        }
        return HTMLResponse(render("reconcile.html.j2", **values))

    def page(request: Request) -> Response:
        me, place = instructor(request), place_of(desk, request)
        opened = desk.opened(place.attempt)
        answer = answers(opened.cells, place.criterion.question, place.criterion.id)
        values = {
            "opened": opened,
            "answer": answer,
            "near": around(opened.cells, answer),
            **_steps(desk, place, me),
        }
        return HTMLResponse(render("decide.html.j2", **values, **_panel(desk, place, me, Outcome(), {})))

    def carried_out(request: Request, form: dict[str, str]) -> Response:
        me, place = instructor(request), place_of(desk, request)
        outcome = decide(desk, place, me, form)
        values = _panel(desk, place, me, outcome, form) | {"fragment": True}
        return HTMLResponse(render("decision.html.j2", **values))

    async def write(request: Request) -> Response:
        return await run_in_threadpool(carried_out, request, await fields_of(request))

    place = "/reconcile/{slug}/{criterion}/{attempt:int}"
    return [Route("/reconcile/{slug}", listing), Route(place, page), Route(place, write, methods=["POST"])]


async def fields_of(request: Request) -> dict[str, str]:
    """The fields of a form."""
    async with request.form(max_files=0, max_fields=50) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


def _panel(desk: Desk, place: Place, me: Me, outcome: Outcome, form: dict[str, str]) -> dict[str, Any]:
    here = at(desk, place)
    stored = here.decision.comment if here.decision else ""
    words = {"reason": here.reason, "comment": stored}
    if not outcome.saved:  # what was typed stays
        words = {name: form.get(name, "") for name in words}
    return {
        "me": me,
        "assignment": place.force.loaded.assignment,
        "criterion": place.criterion,
        "attempt": place.attempt,
        "rubric_sha": place.force.rubric_sha256,
        "here": here,
        **words,
        "stored": stored,
        "alert": outcome.alert,
        "told": outcome.told,
        "saved": outcome.saved,
        "fragment": False,
    }


def _steps(desk: Desk, place: Place, me: Me) -> dict[str, Any]:
    """The places before and after this one that wait for a decision."""
    found = [one for one in compared(desk, place.force, me.name) if one.differs]
    order = [one.place for one in found]
    wanted = {number for number, one in enumerate(found) if one.decision is None}
    now = (place.criterion.id, place.attempt.id)
    current = order.index(now) if now in order else None
    numbers = list(range(len(order)))
    onward = neighbour(numbers, current, wanted, turn=True)
    back = neighbour(numbers, current, set(numbers), back=True) if current is not None else None
    base = f"/reconcile/{place.slug}"
    address = [base if n is None else f"{base}/{order[n][0]}/{order[n][1]}" for n in (back, onward)]
    return {"previous": address[0], "next": address[1], "left": len(wanted)}
