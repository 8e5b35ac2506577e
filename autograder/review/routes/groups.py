"""Groups of submissions that behave alike: three of one are looked at, then the rest is marked like them."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from autograder.course.models import Criterion
from autograder.gradebook.errors import GradebookError
from autograder.gradebook.group_marks import group_marks_of
from autograder.gradebook.marks import Mark
from autograder.review.desk import Desk
from autograder.review.group_marking import around_here, groups_for, mark_rest, undo_group, view_of
from autograder.review.groups import question_for
from autograder.review.guard import Me
from autograder.review.marking import Refused
from autograder.review.pages import render
from autograder.review.rubrics import InForce


def routes(desk: Desk) -> list[Route]:
    """`/groups/<slug>/<criterion>`, below it one for each group, and what is done there."""

    def listing(request: Request) -> Response:
        me, force, criterion = _asked(desk, request)
        known = around_here(desk, force, criterion, me)
        groups = groups_for(desk, force, criterion)
        views = [known.view(group) for group in groups if len(group.attempts) > 1]
        return HTMLResponse(
            render(
                "groups.html.j2",
                **_common(desk, me, force, criterion),
                views=views,
                alone=len(groups) - len(views),
                by_question=question_for(force.loaded.rubric.criteria, criterion) is not None,
                titles={one.id: one.title for one in force.loaded.rubric.criteria},
            )
        )

    def undone(request: Request, form: dict[str, str]) -> Response:
        """A group that was marked may be none any more; its marks can be taken back all the same."""
        me, force, criterion = _asked(desk, request)
        told, alert = "", ""
        try:
            told = undo_group(desk, me, force, criterion, form.get("action", "").removeprefix("undo:"))
        except (Refused, GradebookError) as error:
            alert = str(error)
        values = _common(desk, me, force, criterion) | {"told": told, "alert": alert, "fragment": True}
        return HTMLResponse(render("marked_groups.html.j2", **values))

    def page(request: Request) -> Response:
        me, force, criterion = _asked(desk, request)
        values = _panel(desk, me, force, criterion, request.path_params["behaviour"])
        return HTMLResponse(render("group.html.j2", **values))

    def onward(request: Request) -> Response:
        """The next one that was drawn and has no mark yet; after the last, the group."""
        me, force, criterion = _asked(desk, request)
        view = view_of(desk, force, criterion, me, request.path_params["behaviour"])
        here, name = f"{force.loaded.slug}/{criterion.id}", view.group.id
        left = [str(one.attempt.id) for one in view.checks if one.mark is None]
        after = request.query_params.get("after", "")
        found = next((one for one in left if one != after), None)
        return RedirectResponse(f"/grade/{here}/{found}?show=all&group={name}" if found else f"/groups/{here}/{name}", 303)

    def carried_out(request: Request, form: dict[str, str]) -> Response:
        me, force, criterion = _asked(desk, request)
        behaviour, told, alert = request.path_params["behaviour"], "", ""
        kept: dict[str, Mark] = {}
        try:
            name, _, number = form.get("action", "").partition(":")
            if name == "undo":
                told = undo_group(desk, me, force, criterion, number)
            else:
                told, kept = mark_rest(desk, me, force, criterion, behaviour, form)
        except (Refused, GradebookError) as error:
            alert = str(error)
        values = _panel(desk, me, force, criterion, behaviour)
        values |= {"told": told, "alert": alert, "collisions": kept, "fragment": True}
        if alert and "comment" in form:
            values["comment"] = form["comment"]
        return HTMLResponse(render("group_panel.html.j2", **values))

    async def fields_of(request: Request) -> dict[str, str]:
        async with request.form(max_files=0, max_fields=20) as form:
            return {name: value for name, value in form.items() if isinstance(value, str)}

    async def act(request: Request) -> Response:
        return await run_in_threadpool(carried_out, request, await fields_of(request))

    async def undo(request: Request) -> Response:
        return await run_in_threadpool(undone, request, await fields_of(request))

    return [
        Route("/groups/{slug}/{criterion}", listing),
        Route("/groups/{slug}/{criterion}", undo, methods=["POST"]),
        Route("/groups/{slug}/{criterion}/{behaviour}", page),
        Route("/groups/{slug}/{criterion}/{behaviour}/next", onward),
        Route("/groups/{slug}/{criterion}/{behaviour}", act, methods=["POST"]),
    ]


def _asked(desk: Desk, request: Request) -> tuple[Me, InForce, Criterion]:
    force, criterion = desk.criterion(request.path_params["slug"], request.path_params["criterion"])
    return request.scope["me"], force, criterion


def _common(desk: Desk, me: Me, force: InForce, criterion: Criterion) -> dict[str, Any]:
    marked = group_marks_of(desk.book, force.loaded.slug, criterion.id)
    return {
        "me": me,
        "assignment": force.loaded.assignment,
        "criterion": criterion,
        "marked": marked,
        "may_write": me.writes,
        "told": "",
        "alert": "",
        "fragment": False,
    }


def _panel(desk: Desk, me: Me, force: InForce, criterion: Criterion, behaviour: str) -> dict[str, Any]:
    view = view_of(desk, force, criterion, me, behaviour)
    common = _common(desk, me, force, criterion)
    return common | {
        "view": view,
        "marked": [one for one in common["marked"] if one.behaviour == behaviour],
        "titles": {one.id: one.title for one in force.loaded.rubric.criteria},
        "comment": view.like[-1].comment if view.like else "",
        "rubric_sha": force.rubric_sha256,
        "collisions": {},
    }
