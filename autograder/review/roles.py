"""Pages that are not for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograder.review.guard import Me

if TYPE_CHECKING:
    from starlette.requests import Request


class NotAllowed(Exception):
    """This page is for somebody else: 403 with a sentence."""


def instructor(request: Request) -> Me:
    """Who asks, when they are an instructor. Raises NotAllowed."""
    me: Me = request.scope["me"]
    if me.role != "instructor":
        raise NotAllowed("This page is for instructors. `gradus staff list` says who they are.")
    return me
