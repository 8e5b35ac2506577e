"""A class full of TAs: what is saved does not wait for pages, and no answer waits for the network."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import pytest

from autograder.gradebook.marks import current_mark
from autograder.review.application import PAGES_AT_ONCE
from autograder.review.routes import queue
from autograder.review.serving import listening
from tests.review.classroom import SLUG, WRITTEN, Classroom
from tests.review.visiting import served


def test_a_mark_is_saved_while_all_pages_wait(room: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = room.hand_in("s1", "Because.")
    force = room.desk.rubrics.of(SLUG)
    assert force is not None
    go_on, inside = threading.Event(), []
    render = queue.render

    def stuck(name: str, **values: Any) -> str:
        inside.append(name)
        assert go_on.wait(30)
        return render(name, **values)

    with served(room) as port:
        address = f"localhost:{port}"
        asked = HTTPConnection(address, timeout=30)
        asked.request("GET", f"/enter?token={room.desk.door.invite('ann')}")
        cookie = (asked.getresponse().headers["Set-Cookie"] or "").partition(";")[0]
        session = room.desk.door.session(cookie.partition("=")[2])
        assert session is not None
        headers = {"Cookie": cookie, "X-CSRF-Token": session.csrf, "Content-Type": "application/x-www-form-urlencoded"}
        monkeypatch.setattr(queue, "render", stuck)
        pages = [HTTPConnection(address, timeout=30) for _ in range(PAGES_AT_ONCE + 2)]
        for one in pages:
            one.request("GET", "/", headers=headers)
        while len(inside) < PAGES_AT_ONCE:
            time.sleep(0.01)
        form = {"rubric": force.rubric_sha256, "expected": "", "seconds": "1", "comment": "", "action": "level:1"}
        saving = HTTPConnection(address, timeout=30)
        saving.request("POST", f"/mark/{SLUG}/{WRITTEN}/{attempt.id}", urlencode(form), headers)
        assert 'data-saved="yes"' in saving.getresponse().read().decode()
        assert current_mark(room.book, attempt.id, WRITTEN) is not None
        assert len(inside) == PAGES_AT_ONCE, "the others stand in a line"
        go_on.set()
        assert [one.getresponse().status for one in pages] == [200] * len(pages)


def test_answers_go_at_once() -> None:
    """Headers and body are written one after the other: without TCP_NODELAY the body waits until the headers are acknowledged."""
    seen: list[int] = []

    async def once(found: socket.socket, port: int) -> None:
        done = asyncio.Event()

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            seen.append(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()
            done.set()

        async with await asyncio.start_server(answer, sock=found):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.wait_for(done.wait(), 30)
            writer.close()

    with listening(0) as found:
        asyncio.run(once(found, found.getsockname()[1]))
    assert seen == [1]
