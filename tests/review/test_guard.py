"""What the desk refuses: strangers, other hosts, writes that no page of its own sent, roles that may not, names that are not for TAs."""

from __future__ import annotations

import socket

import pytest

from autograder.course.findings import CourseError
from autograder.gradebook.marks import marks_of
from autograder.gradebook.requests import ask
from autograder.gradebook.staff import remove_staff
from autograder.review import access
from autograder.review.application import cookie_name
from autograder.review.guard import FRAME_POLICY, POLICY
from autograder.review.serving import listening
from tests.review.classroom import PORT, SLUG, TESTED, WRITTEN, Classroom, picture, shown


def places(attempt: int) -> list[str]:
    """Every kind of page."""
    return ["/", f"/list/{SLUG}/{WRITTEN}?show=all", f"/grade/{SLUG}/{WRITTEN}/{attempt}",
            f"/grade/{SLUG}/{TESTED}/{attempt}", f"/grade/{SLUG}/{WRITTEN}", f"/presence/{SLUG}/{WRITTEN}/{attempt}",
            f"/comments/{SLUG}/{WRITTEN}", f"/notebook/{attempt}", f"/output/{attempt}/7/0", f"/picture/{attempt}/9/0"]  # fmt: skip


def test_a_stranger_sees_nothing(room: Classroom) -> None:
    attempt = room.hand_in("ada", outputs=[picture()])
    stranger = room.visitor(None)
    for place in places(attempt.id):
        answer = stranger.get(place, follow_redirects=False)
        assert answer.status_code == 401, place
        assert "Open the link" in answer.text
    assert room.mark(stranger, attempt, "level:2").status_code == 401


def test_a_link_opens_once(room: Classroom) -> None:
    token = room.desk.door.invite("ann")
    first, second = room.visitor(None), room.visitor(None)
    assert first.get("/enter", params={"token": token}).status_code == 200
    assert first.get("/").status_code == 200
    again = second.get("/enter", params={"token": token})
    assert again.status_code == 403
    assert "used already" in again.text
    assert second.get("/").status_code == 401
    assert first.get("/enter", params={"token": token}).status_code == 200, "whoever is in stays in"


def test_a_link_gets_too_old(room: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "LINK_SECONDS", -1)
    assert room.visitor(None).get("/enter", params={"token": room.desk.door.invite("ann")}).status_code == 403


def test_the_cookie_is_for_this_desk_alone(room: Classroom) -> None:
    answer = room.visitor(None).get("/enter", params={"token": room.desk.door.invite("ann")})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(cookie_name(PORT))
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


def test_leaving_ends_the_session(room: Classroom) -> None:
    ann = room.visitor("ann")
    cookies = dict(ann.cookies)
    ann.post("/leave", data={"x": "y"})
    ann.cookies.update(cookies)
    assert ann.get("/").status_code == 401


@pytest.mark.parametrize("host", ["evil.example", f"evil.example:{PORT}", f"localhost:{PORT + 1}", "localhost", ""])
def test_another_host_is_refused(room: Classroom, host: str) -> None:
    ann = room.visitor("ann")
    answer = ann.get("/", headers={"host": host})
    assert answer.status_code == 421
    assert "ann" not in answer.text


def test_a_write_needs_the_token_of_its_session(room: Classroom) -> None:
    attempt = room.hand_in("ada")
    ann, ben = room.visitor("ann"), room.visitor("ben")
    for token in ("", "x", ben.headers["X-CSRF-Token"]):
        ann.headers["X-CSRF-Token"] = token
        refused = room.mark(ann, attempt, "level:2")
        assert refused.status_code == 403
        assert "nothing was written" in refused.text
    assert marks_of(room.book, attempt.id) == []


def test_a_write_from_another_origin_is_refused(room: Classroom) -> None:
    attempt = room.hand_in("ada")
    ann = room.visitor("ann")
    for origin in ("https://evil.example", "null", f"http://localhost:{PORT + 1}"):
        ann.headers["Origin"] = origin
        assert room.mark(ann, attempt, "level:2").status_code == 403
    ann.headers["Origin"] = f"http://localhost:{PORT}"
    assert room.mark(ann, attempt, "level:2").status_code == 200


def test_nothing_is_written_by_asking_for_a_page(room: Classroom) -> None:
    attempt = room.hand_in("ada")
    assert room.visitor("ann").get(f"/mark/{SLUG}/{WRITTEN}/{attempt.id}").status_code == 405


def test_who_may_only_read_reads(room: Classroom) -> None:
    attempt = room.hand_in("ada")
    rob = room.visitor("rob")
    page = rob.get(f"/grade/{SLUG}/{WRITTEN}/{attempt.id}")
    assert page.status_code == 200
    assert 'class="level" aria-pressed="false" disabled' in page.text
    for action in ("level:2", "flag", "undo", "comment", "override"):
        assert room.mark(rob, attempt, action).status_code == 403
    assert marks_of(room.book, attempt.id) == []


def test_who_left_the_staff_is_out_at_once(room: Classroom) -> None:
    ann = room.visitor("ann")
    assert ann.get("/").status_code == 200
    remove_staff(room.book, "ann")
    assert ann.get("/").status_code == 403


def test_a_body_without_end_is_refused(room: Classroom) -> None:
    attempt = room.hand_in("ada")
    ann = room.visitor("ann")
    assert room.mark(ann, attempt, "level:2", comment="x" * 1_100_000).status_code == 413
    told = room.mark(ann, attempt, "level:2", comment="x" * 30_000).text
    assert "longer than 20000 characters" in told
    assert marks_of(room.book, attempt.id) == []


def test_every_page_has_the_headers(room: Classroom) -> None:
    attempt = room.hand_in("ada", outputs=[shown("text/html", "<p>x")], plot=picture()["data"]["image/png"].encode())
    ann = room.visitor("ann")
    for place in [*places(attempt.id), "/nowhere", "/static/desk.js", "/enter"]:
        answer = ann.get(place, follow_redirects=False)
        frame = place.startswith(("/output", "/picture")) and answer.status_code == 200
        assert answer.headers["content-security-policy"] == (FRAME_POLICY if frame else POLICY), place
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers.get("x-frame-options") == (None if frame else "DENY")
    assert "'unsafe-inline'" not in POLICY
    assert "sandbox;" in FRAME_POLICY
    assert "allow-scripts" not in FRAME_POLICY


def test_pages_hold_nothing_inline(room: Classroom) -> None:
    """The policy would stop it, and the page would be broken."""
    attempt = room.hand_in("ada", outputs=[picture()])
    ann = room.visitor("ann")
    for place in places(attempt.id)[:4]:
        page = ann.get(place).text
        assert "<style" not in page
        assert " style=" not in page
        assert "<script>" not in page
        assert "//" not in page.replace("http://www.w3.org", ""), "nothing from another server"


def test_tas_see_pseudonyms_only(room: Classroom) -> None:
    attempt = room.hand_in("s12345", file="Real-Name homework.ipynb")
    ask(room.book, attempt.id, WRITTEN, "Please look again.", "s12345")
    for name in ("ann", "ida", "rob"):
        visitor = room.visitor(name)
        for place in places(attempt.id):
            page = visitor.get(place).text
            assert "Real-Name" not in page, place
            assert "s12345" not in page, place
    assert attempt.pseudonym in room.visitor("ann").get(f"/grade/{SLUG}/{WRITTEN}/{attempt.id}").text


def test_a_port_that_is_taken_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CourseError, match="Take another with --port"), listening(taken.getsockname()[1]):
            pass


def test_the_desk_listens_on_this_machine_only() -> None:
    with listening(0) as found:
        assert found.getsockname()[0] == "127.0.0.1"
