"""The queue: what is to be marked, and the submissions behind each count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from autograder.course.loading import list_assignments
from autograder.gradebook.attempts import Attempt
from autograder.gradebook.flags import flags_of
from autograder.gradebook.marks import Mark, current_marks
from autograder.gradebook.requests import open_requests
from autograder.report.wording import points
from autograder.review.desk import Desk
from autograder.review.guard import Me
from autograder.review.order import neighbour
from autograder.review.pages import render
from autograder.review.queue import SHOWS, Row, rows_of


@dataclass(frozen=True)
class AssignmentView:
    """One assignment of the queue."""

    slug: str
    title: str
    attempts: int
    rows: list[Row]


@dataclass(frozen=True)
class ListRow:
    """One submission of a list."""

    id: int
    pseudonym: str
    points: str
    author: str
    comment: str
    flagged: bool
    asked: bool
    late: bool


def routes(desk: Desk) -> list[Route]:
    """`/`, `/list/…`, and `/grade/…` without a submission, which goes on to the next."""

    def queue(request: Request) -> Response:
        me = request.scope["me"]
        return HTMLResponse(
            render(
                "queue.html.j2",
                me=me,
                greeting=greeting(datetime.now().hour, me.name),
                assignments=_views(desk, me),
            )
        )

    def listing(request: Request) -> Response:
        me, show = request.scope["me"], shown(request)
        force, criterion = desk.criterion(request.path_params["slug"], request.path_params["criterion"])
        slug = force.loaded.slug
        sets = desk.sets(force, criterion, me)
        marked = {place[0]: mark for place, mark in current_marks(desk.book, slug).items() if place[1] == criterion.id}
        marked = {a: mark for a, mark in (marked | dict(sets.blind.mine)).items() if a not in sets.blind.open}
        flagged = flags_of(desk.book, slug)
        asked = {(one.attempt_id, one.criterion) for one in open_requests(desk.book, slug)}
        ordered = desk.orders.of(me.name, slug, criterion.id)
        places = [(one, (one.id, criterion.id)) for one in ordered if one.id in sets.members[show]]
        return HTMLResponse(
            render(
                "list.html.j2",
                me=me,
                assignment=force.loaded.assignment,
                criterion=criterion,
                show=show,
                shows=SHOWS,
                counts={name: len(members) for name, members in sets.members.items()},
                rows=[_row(one, marked.get(one.id), key in flagged, key in asked) for one, key in places],
            )
        )

    def onward(request: Request) -> Response:
        me, show = request.scope["me"], shown(request)
        force, criterion = desk.criterion(request.path_params["slug"], request.path_params["criterion"])
        slug = force.loaded.slug
        after, back = request.query_params.get("after", ""), request.query_params.get("step") == "-1"
        current = int(after) if after.isdigit() else None
        sets = desk.sets(force, criterion, me)
        order = [one.id for one in desk.orders.of(me.name, slug, criterion.id) if one.id in sets.attempts]
        wanted = sets.members[show] | sets.members["mine"] if back else sets.members[show]
        taken = {attempt for attempt, name in desk.presence.taken(me.name) if name == criterion.id}
        turn = show == "ungraded" and not back
        found = neighbour(order, current, wanted - taken, back=back, turn=turn)
        found = found if found is not None else neighbour(order, current, wanted, back=back, turn=turn)
        place = f"/grade/{slug}/{criterion.id}/{found}" if found is not None else f"/list/{slug}/{criterion.id}"
        return RedirectResponse(f"{place}?show={show}", 303)

    return [
        Route("/", queue),
        Route("/list/{slug}/{criterion}", listing),
        Route("/grade/{slug}/{criterion}", onward),
    ]


def shown(request: Request) -> str:
    """Which part of the queue: `?show=`."""
    show = request.query_params.get("show", "ungraded")
    return show if show in SHOWS else "ungraded"


def greeting(hour: int, name: str) -> str:
    """A word to begin with."""
    part = "morning" if 5 <= hour < 12 else "afternoon" if 12 <= hour < 18 else "evening"
    return f"Good {part}, {name}"


def _views(desk: Desk, me: Me) -> list[AssignmentView]:
    views = []
    for slug in list_assignments(desk.rubrics.course):
        force = desk.rubrics.of(slug)
        if force is None:
            continue
        criteria = force.loaded.rubric.criteria
        blinds = desk.twice.of(slug, criteria, me)
        rows, total = rows_of(desk.book, slug, criteria, me.name, desk.decided.of(slug), desk.undecided, blinds)
        if total:
            views.append(AssignmentView(slug, force.loaded.assignment.title, total, rows))
    return views


def _row(attempt: Attempt, mark: Mark | None, flagged: bool, asked: bool) -> ListRow:
    given = points(mark.points) if mark is not None and mark.points is not None else "–"
    author, comment = (mark.author, mark.comment) if mark is not None else ("", "")
    return ListRow(attempt.id, attempt.pseudonym, given, author, comment, flagged, asked, attempt.late)
