"""What a student's notebook brought along, at addresses of its own and under a policy under which nothing of it runs."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from autograder.review.desk import Desk, NotHere
from autograder.review.guard import FRAME_POLICY
from autograder.submissions.cells import PAGES, PICTURES, SeenCell


def routes(desk: Desk) -> list[Route]:
    """`/output/<attempt>/<cell>/<n>` and `/picture/<attempt>/<cell>/<n>`."""

    def cell_of(request: Request) -> SeenCell:
        attempt = desk.attempt(request.path_params["attempt"], request.scope["me"].name)
        cell = desk.opened(attempt).cell(request.path_params["cell"])
        if cell is None:
            raise NotHere("There is no such cell.")
        return cell

    def output(request: Request) -> Response:
        cell, number = cell_of(request), request.path_params["number"]
        if number >= len(cell.outputs) or not cell.outputs[number].data:
            raise NotHere("There is no such output.")
        return _served(cell.outputs[number].mime, cell.outputs[number].data)

    def picture(request: Request) -> Response:
        cell, number = cell_of(request), request.path_params["number"]
        if number >= len(cell.attachments):
            raise NotHere("There is no such picture.")
        _, mime, data = cell.attachments[number]
        return _served(mime, data)

    return [
        Route("/output/{attempt:int}/{cell:int}/{number:int}", output),
        Route("/picture/{attempt:int}/{cell:int}/{number:int}", picture),
    ]


def _served(mime: str, data: bytes) -> Response:
    """Bytes of a student's, as one of the few kinds that are known. The type comes from our list, not from the file."""
    kind = next(one for one in (*PICTURES, *PAGES) if one == mime)
    typed = f"{kind}; charset=utf-8" if kind in PAGES else kind
    headers = {"content-security-policy": FRAME_POLICY, "cache-control": "private, max-age=3600"}
    return Response(data, headers={**headers, "content-type": typed})
