"""The desk as a web application: its addresses, behind the guard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograder.gradebook.staff import role_of
from autograder.review.desk import Desk
from autograder.review.guard import Guard

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import ASGIApp


def application(desk: Desk, port: int) -> ASGIApp:
    """The desk as a web application that answers at `localhost:port` only."""
    from starlette.applications import Starlette

    from autograder.review.routes import (
        errors,
        fix,
        gold,
        grading,
        groups,
        marking,
        outputs,
        queue,
        reconcile,
        rubric,
        signing,
        staff,
        statistics,
    )

    parts = (queue, grading, groups, fix, marking, outputs, reconcile, gold, statistics, rubric, staff)
    routes = [*(route for part in parts for route in part.routes(desk)), *signing.routes(desk, cookie_name(port))]
    inner: Starlette = Starlette(routes=routes, exception_handlers=errors.handlers())
    return Guard(
        inner,
        door=desk.door,
        hosts=(f"127.0.0.1:{port}", f"localhost:{port}"),
        cookie=cookie_name(port),
        role=lambda name: role_of(desk.book, name),
    )


def cookie_name(port: int) -> str:
    """Browsers keep cookies by host and not by port: two desks on one machine must not share one."""
    return f"gradus-{port}"
