"""An instructor makes links for others, sees who is signed in, and ends sessions."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from autograder.gradebook.staff import add_staff
from tests.review.classroom import Classroom


def act(client: Any, action: str) -> Any:
    return client.post("/staff", data={"action": action})


def link_in(page: str) -> str:
    found = re.search(r'value="(http://localhost:\d+/enter\?token=[\w-]+)"', page)
    assert found, page
    return unescape(found[1])


def test_a_new_link_is_shown_once_and_lets_its_owner_in(room: Classroom) -> None:
    ida, browser = room.visitor("ida"), room.visitor(None)
    assert "read-only" in ida.get("/staff").text
    link = link_in(act(ida, "link:ann").text)
    assert link.partition("token=")[2] not in ida.get("/staff").text
    assert "1 unused link" in ida.get("/staff").text
    assert browser.get(link).status_code == 200
    assert "Good" in browser.get("/").text
    assert room.desk.door.waiting("ann") == 0
    assert browser.get("/staff").status_code == 403, "it is ann's, and ann is a TA"
    assert room.visitor(None).get(link).status_code == 403


def test_a_session_is_ended(room: Classroom) -> None:
    ida, ann, other = room.visitor("ida"), room.visitor("ann"), room.visitor("ann")
    (first, second) = (one.number for one in room.desk.door.sessions() if one.name == "ann")
    assert "this browser" in ida.get("/staff").text
    assert "A session of ann is ended." in act(ida, f"revoke:{first}").text
    assert (ann.get("/").status_code, other.get("/").status_code) == (401, 200)
    assert "ended already" in act(ida, f"revoke:{first}").text
    token = room.desk.door.invite("ann")
    assert "signed out everywhere: 2 sessions and unused links" in act(ida, "out:ann").text
    assert other.get("/").status_code == 401
    assert room.visitor(None).get("/enter", params={"token": token}).status_code == 403
    assert ida.get("/").status_code == 200
    assert second not in {one.number for one in room.desk.door.sessions()}


def test_it_is_for_instructors_and_for_members_of_staff(room: Classroom) -> None:
    for name in ("ann", "rob"):
        visitor = room.visitor(name)
        assert visitor.get("/staff").status_code == 403
        assert act(visitor, "link:ida").status_code == 403
    ida = room.visitor("ida")
    for action in ("link:eve", "link:", "revoke:x", "revoke:99999999999999999999", "dance", ""):
        answer = act(ida, action)
        assert answer.status_code == 200, action
        assert "token=" not in answer.text
    ida.headers["X-CSRF-Token"] = "x"
    assert act(ida, "link:ann").status_code == 403
    assert room.desk.door.waiting("ida") == room.desk.door.waiting("ann") == 0


def test_a_name_is_text(room: Classroom) -> None:
    add_staff(room.book, "<b>x</b>\" onload='", "ta")
    ida = room.visitor("ida")
    page = act(ida, "link:<b>x</b>\" onload='").text
    assert "<b>x" not in page
    assert link_in(page)
    assert "style=" not in page
