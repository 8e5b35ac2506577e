"""The desk as a web application: its addresses, behind the guard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from autograder.gradebook.staff import role_of
from autograder.review.desk import Desk
from autograder.review.guard import Guard

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import ASGIApp


PAGES_AT_ONCE = 4
"""Pages that are worked on at the same time; the others wait in a line. Python computes one of them at a time anyway, and what is
saved (`routes/marking.py`) does not wait in that line: it shares the processor with these only."""


@asynccontextmanager
async def _few_pages_at_once(_: Starlette) -> AsyncIterator[None]:
    from anyio.to_thread import current_default_thread_limiter

    current_default_thread_limiter().total_tokens = PAGES_AT_ONCE
    yield


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
    inner: Starlette = Starlette(routes=routes, exception_handlers=errors.handlers(), lifespan=_few_pages_at_once)
    return Guard(
        inner,
        door=desk.door,
        hosts=(f"127.0.0.1:{port}", f"localhost:{port}"),
        cookie=cookie_name(port),
        role=lambda name: role_of(desk.book, name),
        visit=desk.book.visit,
    )


def cookie_name(port: int) -> str:
    """Browsers keep cookies by host and not by port: two desks on one machine must not share one."""
    return f"gradus-{port}"
