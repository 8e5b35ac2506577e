"""The page on which one criterion of one submission is marked, and the parts of it that are asked for later."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from autograder.gradebook.flags import flags_of
from autograder.gradebook.group_marks import group_of
from autograder.gradebook.marks import comments_of
from autograder.gradebook.requests import requests_of
from autograder.gradebook.results import result_of
from autograder.grading.result import Result
from autograder.report.feedback import CriterionView, criterion_view
from autograder.report.wording import points
from autograder.review.desk import Desk, Place
from autograder.review.group_marking import drawn_for
from autograder.review.guard import Me
from autograder.review.marking import Outcome
from autograder.review.pages import render
from autograder.review.queue import SHOWS
from autograder.review.routes.queue import shown
from autograder.review.tried import kept_patches, tried_here
from autograder.submissions.opened import answers, around

MOST_COMMENTS = 60


def routes(desk: Desk) -> list[Route]:
    """`/grade/…/<attempt>`, `/presence/…`, `/comments/…`, `/notebook/…`."""

    def page(request: Request) -> Response:
        me, place, show = request.scope["me"], place_of(desk, request), shown(request)
        desk.presence.look(me.name, (place.attempt.id, place.criterion.id))
        opened = desk.opened(place.attempt)
        answer = answers(opened.cells, place.criterion.question, place.criterion.id)
        result = result_of(desk.book, place.attempt.id)
        sets = desk.sets(place.force, place.criterion, me)
        values = panel_values(desk, place, me, show, Outcome(), result=result)
        return HTMLResponse(
            render(
                "grading.html.j2",
                **values,
                opened=opened,
                answer=answer,
                near=around(opened.cells, answer),
                shows=SHOWS,
                left=len(sets.members[show]),
                here=f"/grade/{place.slug}/{place.criterion.id}",
                drawn=drawn_for(desk, place, me, request.query_params.get("group", "")),
                patches=kept_patches(desk, place, me, values["current"]),
                **_tests(result, place),
            )
        )

    def presence(request: Request) -> Response:
        me, place = request.scope["me"], place_of(desk, request)
        others = desk.presence.look(me.name, (place.attempt.id, place.criterion.id))
        changed = request.query_params.get("rubric") != place.force.rubric_sha256
        return HTMLResponse(render("presence.html.j2", others=others, changed=changed))

    def comments(request: Request) -> Response:
        force, criterion = desk.criterion(request.path_params["slug"], request.path_params["criterion"])
        found = comments_of(desk.book, force.loaded.slug, criterion.id)[:MOST_COMMENTS]
        return HTMLResponse(render("comments.html.j2", comments=found))

    def notebook(request: Request) -> Response:
        attempt = desk.attempt(request.path_params["attempt"], request.scope["me"].name)
        return HTMLResponse(render("notebook.html.j2", attempt=attempt.id, cells=desk.opened(attempt).cells))

    return [
        Route("/grade/{slug}/{criterion}/{attempt:int}", page),
        Route("/presence/{slug}/{criterion}/{attempt:int}", presence),
        Route("/comments/{slug}/{criterion}", comments),
        Route("/notebook/{attempt:int}", notebook),
    ]


def place_of(desk: Desk, request: Request) -> Place:
    """The place that an address names. Raises NotHere."""
    params = request.path_params
    return desk.place(params["slug"], params["criterion"], params["attempt"], request.scope["me"].name)


def panel_values(
    desk: Desk, place: Place, me: Me, show: str, outcome: Outcome, *, result: Result | None = None
) -> dict[str, Any]:
    """What the panel with the levels needs; `result` is read where the caller has not done so."""
    sight = desk.sight(place, me)
    now = sight.mark
    asked = requests_of(desk.book, place.slug, place.attempt.id)
    return {
        "me": me,
        "assignment": place.force.loaded.assignment,
        "criterion": place.criterion,
        "attempt": place.attempt,
        "rubric_sha": place.force.rubric_sha256,
        "show": show,
        "current": now,
        "history": sight.events,
        "undoable": now is not None and now.author == me.name,
        "flagged": (place.attempt.id, place.criterion.id) in flags_of(desk.book, place.slug),
        "asked": [one for one in asked if one.criterion == place.criterion.id and one.answer is None],
        "tested": _tested(desk, place, result),
        "may_write": me.writes,
        "alert": outcome.alert,
        "theirs": outcome.theirs,
        "yours": outcome.yours,
        "kept_comment": outcome.kept_comment,
        "told": outcome.told,
        "saved": outcome.saved,
        "fragment": False,
        "result": result,
        "origin": group_of(desk.book, now.id) if now is not None else None,
        "tried": tried_here(desk, place, me),
    }


def _tested(desk: Desk, place: Place, result: Result | None) -> float | None:
    """The points that tests gave for a criterion of theirs."""
    if place.criterion.kind != "tests":
        return None
    found = result or result_of(desk.book, place.attempt.id)
    scores = [one.score for one in found.criteria if one.id == place.criterion.id] if found else []
    return scores[0] if scores else None


def _tests(result: Result | None, place: Place) -> dict[str, Any]:
    """Outcomes of tests: of this question in full where something was lost, of the others as a table."""
    decided = [one for one in result.criteria if one.kind == "tests"] if result else []
    own: list[CriterionView] = []
    others: list[CriterionView] = []
    for number, one in enumerate(decided, start=1):
        near = one.question == place.criterion.question and one.score < one.points
        (own if near or one.id == place.criterion.id else others).append(criterion_view(one, str(number)))
    told = f"{points(sum(one.score for one in decided))} of {points(sum(one.points for one in decided))} points"
    details = [
        (test.title or test.name, test.detail)
        for one in decided
        if one.id == place.criterion.id
        for test in one.tests
        if test.detail
    ]
    return {"own_tests": own, "other_tests": others, "tests_score": told, "details": details}
