"""The desk in a real browser, opened by one or by several."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from autograder.review.application import application
from autograder.review.serving import listening, server
from tests.review.classroom import SLUG, WRITTEN, Classroom


class Visit:
    """Somebody's tab, with what it said and which servers it asked."""

    def __init__(self, browser: Any, address: str, token: str, **options: Any) -> None:
        self.context = browser.new_context(**({"viewport": {"width": 1280, "height": 860}} | options))
        self.tab = self.context.new_page()
        self.said: list[str] = []
        self.asked: set[str] = set()
        self.tab.on("console", lambda message: self.said.append(message.text))
        self.tab.on("pageerror", lambda error: self.said.append(str(error)))
        self.tab.on("request", lambda request: self.asked.add(request.url.split("/")[2]))
        self.address = address
        self.tab.goto(f"{address}/enter?token={token}")
        self.tab.wait_for_url(f"{address}/")

    def mark_page(self, attempt: int, criterion: str = WRITTEN, show: str = "ungraded") -> None:
        self.tab.goto(f"{self.address}/grade/{SLUG}/{criterion}/{attempt}?show={show}")
        self.tab.wait_for_load_state("networkidle")

    def told(self, words: str) -> None:
        """Wait until the desk has said it."""
        self.tab.wait_for_function("words => document.getElementById('told').textContent.includes(words)", arg=words)


Enter = Callable[..., Visit]


@contextmanager
def served(room: Classroom) -> Iterator[int]:
    """The desk, answering at this port."""
    with listening(0) as socket:
        port: int = socket.getsockname()[1]
        serving = server(application(room.desk, port))
        thread = threading.Thread(target=serving.run, kwargs={"sockets": [socket]}, daemon=True)
        thread.start()
        while not serving.started:
            time.sleep(0.01)
        yield port
        serving.should_exit = True
        thread.join(10)


@pytest.fixture
def enter(browser: Any, room: Classroom) -> Iterator[Enter]:
    """Open the desk of the class as somebody."""
    visits: list[Visit] = []
    with served(room) as port:

        def visit(name: str, **options: Any) -> Visit:
            visits.append(Visit(browser, f"http://localhost:{port}", room.desk.door.invite(name), **options))
            return visits[-1]

        yield visit
        for one in visits:
            one.context.close()
