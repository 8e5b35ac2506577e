"""Groups of submissions that behave alike: three of one are looked at, then the rest is marked like them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from autograder.course.models import Criterion
from autograder.gradebook.errors import GradebookError
from autograder.gradebook.group_marks import group_mark, group_marks_of, mark_group, withdraw_group
from autograder.gradebook.marks import Mark
from autograder.report.wording import amount, points
from autograder.review.desk import Desk, NotHere, Place
from autograder.review.groups import Around, GroupView, around, question_for
from autograder.review.guard import Me
from autograder.review.marking import MOST_COMMENT, Refused
from autograder.review.pages import render
from autograder.review.rubrics import InForce
from autograder.statistics.triage import Group

GONE = "This group is not there any more: something was graded meanwhile. Look at the groups again."


def routes(desk: Desk) -> list[Route]:
    """`/groups/<slug>/<criterion>`, below it one for each group, and what is done there."""

    def listing(request: Request) -> Response:
        me, force, criterion = _asked(desk, request)
        known = around(desk.book, force.loaded.slug, criterion, force.rubric_sha256, me.name)
        views = [known.view(group) for group in groups_for(desk, force, criterion)]
        return HTMLResponse(
            render(
                "groups.html.j2",
                **_common(desk, me, force, criterion),
                views=views,
                by_question=question_for(force.loaded.rubric.criteria, criterion) is not None,
                titles={one.id: one.title for one in force.loaded.rubric.criteria},
            )
        )

    def undone(request: Request, form: dict[str, str]) -> Response:
        """A group that was marked may be none any more; its marks can be taken back all the same."""
        me, force, criterion = _asked(desk, request)
        told, alert = "", ""
        try:
            told = _undo(desk, me, force, criterion, form.get("action", "").removeprefix("undo:"))
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
        view = view_of(desk, force, criterion, me.name, request.path_params["behaviour"])
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
                told = _undo(desk, me, force, criterion, number)
            else:
                told, kept = _mark(desk, me, force, criterion, behaviour, form)
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


def groups_for(desk: Desk, force: InForce, criterion: Criterion) -> list[Group]:
    """The groups in which submissions of a criterion are met."""
    rubric = force.loaded.rubric
    return desk.behaviours.of(force.loaded.slug, question_for(rubric.criteria, criterion))


def view_of(desk: Desk, force: InForce, criterion: Criterion, who: str, behaviour: str) -> GroupView:
    """One group as `who` meets it. Raises NotHere."""
    found = next((one for one in groups_for(desk, force, criterion) if one.id == behaviour), None)
    if found is None:
        raise NotHere(GONE)
    return _around(desk, force, criterion, who).view(found)


@dataclass(frozen=True)
class Drawn:
    """A submission that is looked at for its group."""

    group: str
    number: int
    of: int
    size: int


def drawn_for(desk: Desk, request: Request, place: Place) -> Drawn | None:
    """For which group, when the address names one in which the submission was drawn."""
    behaviour = request.query_params.get("group")
    if not behaviour:
        return None
    try:
        view = view_of(desk, place.force, place.criterion, request.scope["me"].name, behaviour)
    except NotHere:
        return None
    drawn = [one.attempt.id for one in view.checks]
    if place.attempt.id not in drawn:
        return None
    return Drawn(behaviour, drawn.index(place.attempt.id) + 1, len(drawn), view.size)


def _around(desk: Desk, force: InForce, criterion: Criterion, who: str) -> Around:
    return around(desk.book, force.loaded.slug, criterion, force.rubric_sha256, who)


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
    view = view_of(desk, force, criterion, me.name, behaviour)
    common = _common(desk, me, force, criterion)
    return common | {
        "view": view,
        "marked": [one for one in common["marked"] if one.behaviour == behaviour],
        "titles": {one.id: one.title for one in force.loaded.rubric.criteria},
        "comment": view.like[-1].comment if view.like else "",
        "rubric_sha": force.rubric_sha256,
        "collisions": {},
    }


def _mark(
    desk: Desk, me: Me, force: InForce, criterion: Criterion, behaviour: str, form: dict[str, str]
) -> tuple[str, dict[str, Mark]]:
    """What to tell, and by pseudonym the marks that were there already."""
    view = view_of(desk, force, criterion, me.name, behaviour)
    comment = form.get("comment", "").replace("\r\n", "\n").strip()
    if form.get("rubric") != force.rubric_sha256:
        raise Refused("The rubric has changed since you opened this page, so nothing was saved. Look at the three again.")
    if view.looked_at < len(view.checks):
        raise Refused("Look at the submissions that were drawn first; then the rest can be marked like them.")
    if view.differs:
        raise Refused("Those that you looked at got different marks, so this group cannot be marked at once.")
    if len(comment) > MOST_COMMENT:
        raise Refused(f"The comment is longer than {MOST_COMMENT} characters. Shorten it.")
    if criterion.kind == "tests" and not comment:
        raise Refused("Say why in the comment: the students read it beside the tests' outcome.")
    seen = {int(one) for one in form.get("members", "").split() if one.isdigit()}
    names = {one.id: one.pseudonym for one in (*view.rest, *(attempt for attempt, _ in view.taken))}
    if not view.like or not seen & names.keys():
        raise Refused("There is nothing left to mark here.")
    wanted = seen & names.keys()  # who came into the group since the page was opened is not marked unseen
    given = mark_group(
        desk.book, force.loaded.slug, behaviour, wanted, view.like, comment=comment, author=me.name
    )  # fmt: skip
    collisions = {names[attempt]: mark for attempt, mark in given.collisions.items()}
    if given.group is None:
        return "Nothing was written: all of them were marked meanwhile.", collisions
    number = amount(given.group.given, "submission")
    return f"Marked {number} with {points(given.group.points)} of {points(criterion.points)} points.", collisions


def _undo(desk: Desk, me: Me, force: InForce, criterion: Criterion, number: str) -> str:
    found = group_mark(desk.book, min(int(number), 2**31 - 1)) if number.isdigit() else None
    if found is None or (found.assignment, found.criterion) != (force.loaded.slug, criterion.id):
        raise Refused("There is no such group mark here.")
    if found.author != me.name and me.role != "instructor":
        raise Refused(f"{found.author} marked this group. They can undo it, or an instructor.")
    taken_back = withdraw_group(desk.book, found.id, me.name)
    if not taken_back:
        raise Refused("All marks of this group were taken back already.")
    return f"Taken back: {amount(taken_back, 'mark')}. Those that you gave one by one stay."
