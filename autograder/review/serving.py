"""Serve the desk on this machine, and nowhere else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from autograder.course.findings import CourseError

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp

HOST = "127.0.0.1"
IDLE_SECONDS = 75
"""How long a browser's connection stays open. A page asks who else is there every five seconds: with uvicorn's usual five
every other save would meet a connection that is just being closed."""


@contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """A socket on `port` of the loopback interface; 0 takes a free one. Raises CourseError when it is taken."""
    # With the protocol named: asyncio lets answers go at once (TCP_NODELAY) only then, and else each may wait 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((HOST, port))
        except OSError as error:
            fact = f"Port {port} of this machine cannot be had ({error.strerror}); another desk may be open."
            raise CourseError(f"{fact} Take another with --port, or --port 0 for a free one.") from error
        found.listen(128)
        yield found


def server(application: ASGIApp) -> uvicorn.Server:
    """Without a log of requests: the first of them holds the token of a link."""
    import uvicorn

    return uvicorn.Server(
        uvicorn.Config(
            application,
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="on",
            timeout_keep_alive=IDLE_SECONDS,
        )
    )


def serve(application: ASGIApp, found: socket.socket) -> None:
    """Answer until Ctrl-C."""
    with suppress(KeyboardInterrupt):  # how people close it; uvicorn has let go of everything by then
        server(application).run(sockets=[found])
