"""Rubrics, for instructors: change criteria, see what that does to scores, save."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from autograder.course.findings import CourseError
from autograder.course.loading import list_assignments
from autograder.review.desk import Desk
from autograder.review.guard import Me
from autograder.review.pages import render
from autograder.review.roles import instructor
from autograder.review.rubric_editing import Answer, OnDisk, carried_out, on_disk
from autograder.review.rubric_form import Fields, level_fields, rows, touched


@dataclass(frozen=True)
class CriterionForm:
    """One criterion with its fields, and what stands in them."""

    id: str
    kind: str
    title: str
    points: str
    feedback: str
    levels: list[tuple[int, str, str]]
    """Number, points, text; the last one is empty, to add one."""
    opened: bool


def routes(desk: Desk) -> list[Route]:
    """`/rubric` and `/rubric/<slug>`."""

    def index(request: Request) -> Response:
        me = instructor(request)
        found = [desk.rubrics.of(slug) for slug in list_assignments(desk.rubrics.course)]
        return HTMLResponse(render("rubrics.html.j2", me=me, found=[one.loaded for one in found if one]))

    def page(request: Request) -> Response:
        me = instructor(request)
        now = on_disk(desk, request.path_params["slug"])
        return HTMLResponse(render("rubric.html.j2", **_values(me, now, Answer())))

    def change(request: Request, form: dict[str, str]) -> Response:
        me = instructor(request)
        try:
            now, answer = carried_out(desk, request.path_params["slug"], form, me.name)
        except CourseError as error:
            return HTMLResponse(render("rubric_answer.html.j2", answer=Answer(alert=str(error))))
        values = _values(me, now, answer)
        if answer.saved:
            now = on_disk(desk, now.loaded.slug)
            values = _values(me, now, answer)
        elif not answer.stale:
            return HTMLResponse(render("rubric_answer.html.j2", answer=answer))
        return HTMLResponse(render("rubric_form.html.j2", **values), headers=WHOLE_FORM)

    async def write(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=2000) as form:
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
        return await run_in_threadpool(change, request, fields)

    return [
        Route("/rubric", index),
        Route("/rubric/{slug}", page, methods=["GET"]),
        Route("/rubric/{slug}", write, methods=["POST"]),
    ]


WHOLE_FORM = {"hx-retarget": "#rubric", "hx-reswap": "outerHTML"}
"""The answer takes the place of the form, and not only of the part below it."""


def _values(me: Me, now: OnDisk, answer: Answer) -> dict[str, Any]:
    fields = now.fields | ({} if answer.saved else answer.mine)
    opened = touched(list(answer.mine))
    return {
        "me": me,
        "assignment": now.loaded.assignment,
        "base": now.sha256,
        "total": fields["points"],
        "criteria": [_criterion(one.id, one.kind, fields, one.id in opened) for one in now.loaded.rubric.criteria],
        "answer": answer,
    }


def _criterion(name: str, kind: str, fields: Fields, opened: bool) -> CriterionForm:
    number = rows(name, fields)
    more = level_fields(name, number + 1, "", "") if number else {}
    all_ = fields | more
    levels = [
        (n, all_[f"{name}:level:{n}:points"], all_[f"{name}:level:{n}:text"]) for n in range(1, number + len(more) // 2 + 1)
    ]
    title, points, feedback = (fields[f"{name}:{key}"] for key in ("title", "points", "feedback"))
    return CriterionForm(name, kind, title, points, feedback, levels, opened)
