"""Try a fix: a student's code is edited in the browser, run in the sandbox, and what would have passed is shown."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from autograder.gradebook.attempts import file_of
from autograder.gradebook.errors import GradebookError
from autograder.gradebook.results import result_of
from autograder.report.wording import amount, signed_points
from autograder.review.desk import Desk, Place
from autograder.review.fix import Editable, changes, editable, edits_of, gain, patch_of
from autograder.review.guard import Me
from autograder.review.pages import render
from autograder.review.routes.queue import shown
from autograder.review.trial import Trial
from autograder.review.trials import Busy
from autograder.submissions.opened import Opened

UNCHANGED = "You have changed nothing yet. Edit the code, then run it."
NO_CODE = "There is no code in this submission that could be edited."


def routes(desk: Desk) -> list[Route]:
    """`/fix/…`, what becomes of it, and the end of it."""

    def asked(request: Request) -> tuple[Me, Place, Opened, Editable]:
        params, me = request.path_params, request.scope["me"]
        place = desk.place(params["slug"], params["criterion"], params["attempt"], me.name)
        opened = desk.opened(place.attempt)
        return me, place, opened, editable(opened.cells, place.criterion.question, place.criterion.id)

    def page(request: Request) -> Response:
        me, place, opened, code = asked(request)
        trial = desk.trials.last(me.name, place.attempt.id, place.criterion.id)
        edits = dict(trial.edits) if trial else {}
        group = request.query_params.get("group", "")
        values = {
            "me": me, "assignment": place.force.loaded.assignment, "criterion": place.criterion,
            "attempt": place.attempt, "show": shown(request), "editable": code, "texts": edits,
            "trouble": opened.trouble or ("" if code.cells else NO_CODE),
            "open_other": any(cell.index in edits for cell in code.other),
            "back": f"/grade/{_name(place)}?show={shown(request)}" + (f"&group={group}" if group.isalnum() else ""),
        }  # fmt: skip
        return HTMLResponse(render("fix.html.j2", **values, **_trial(desk, place, trial)))

    def started(request: Request, form: dict[str, str]) -> Response:
        me, place, _, code = asked(request)
        edits = edits_of(code.cells, form)
        alert = "" if edits else UNCHANGED
        try:
            if edits:
                data = file_of(desk.book, place.attempt.file_sha256)
                before = result_of(desk.book, place.attempt.id)
                patch = patch_of(code.cells, edits)
                name = (place.attempt.id, place.criterion.id)
                desk.trials.start(me.name, name, place.force.loaded, data, place.attempt.file_name, edits, patch, before)
        except (Busy, GradebookError) as error:
            alert = str(error)
        trial = desk.trials.last(me.name, place.attempt.id, place.criterion.id)
        told = "" if alert else "It runs."
        return _fragment(_trial(desk, place, trial) | {"alert": alert, "told": told})

    def state(request: Request) -> Response:
        me, place, _, _ = asked(request)
        trial = desk.trials.last(me.name, place.attempt.id, place.criterion.id)
        values = _trial(desk, place, trial)
        told = values["headline"] if trial is not None and trial.over else ""
        return _fragment(values | {"told": told})

    def stopped(request: Request) -> Response:
        me, place, _, _ = asked(request)
        trial = desk.trials.last(me.name, place.attempt.id, place.criterion.id)
        if trial is not None:
            desk.trials.stop(trial)
        return _fragment(_trial(desk, place, trial) | {"told": "Stopped."})

    async def start(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=3000) as form:
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
        return await run_in_threadpool(started, request, fields)

    address = "/fix/{slug}/{criterion}/{attempt:int}"
    return [
        Route(address, page),
        Route(address, start, methods=["POST"]),
        Route(f"{address}/state", state),
        Route(f"{address}/stop", stopped, methods=["POST"]),
    ]


def _name(place: Place) -> str:
    return f"{place.slug}/{place.criterion.id}/{place.attempt.id}"


def _trial(desk: Desk, place: Place, trial: Trial | None) -> dict[str, Any]:
    done = trial if trial is not None and trial.state == "done" else None
    return {
        "trial": trial,
        "ahead": desk.trials.ahead(trial) if trial is not None else 0,
        "changes": changes(done.before, done.after) if done and done.after else [],
        "headline": _headline(trial),
        "here": f"/fix/{_name(place)}",
        "alert": "",
        "told": "",
        "fragment": False,
    }


def _fragment(values: dict[str, Any]) -> Response:
    return HTMLResponse(render("trial.html.j2", **values | {"fragment": True}))


def _headline(trial: Trial | None) -> str:
    if trial is None or not trial.over:
        return ""
    if trial.after is None:
        return "Stopped." if trial.state == "stopped" else "We could not run it."
    if trial.after.status == "rejected":
        return "With this change it cannot be read."
    passing = [one for one in changes(trial.before, trial.after) if one.gain > 0]
    lost = [one for one in changes(trial.before, trial.after) if one.gain < 0]
    if not passing and not lost:
        return "No criterion would have ended otherwise."
    told = f"{amount(len(passing), 'criterion')} would have earned more"
    worse = f", {amount(len(lost), 'criterion')} less" if lost else ""
    return f"{told}{worse}: {signed_points(gain(trial.before, trial.after))} points."
