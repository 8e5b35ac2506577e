"""What holds for every address that the desk has, those included that somebody adds tomorrow."""

from __future__ import annotations

import pytest
from starlette.routing import Mount, Route

from autograder.gradebook.marks import marks_of, write_mark
from autograder.gradebook.staff import conflict
from autograder.review.application import application
from tests.review.classroom import PORT, SLUG, WRITTEN, Classroom

FOR_INSTRUCTORS = ("/reconcile", "/gold", "/rubric", "/staff")
OPEN = ("/enter", "/static")


def routes(room: Classroom) -> list[Route]:
    """Every address but those that need no session."""
    found = application(room.desk, PORT).app.routes
    assert all(one.path.startswith("/static") for one in found if isinstance(one, Mount))
    return [one for one in found if isinstance(one, Route) and not one.path.startswith(OPEN)]


def filled(route: Route, attempt: int) -> str:
    """An address of the route that means something."""
    values = {"slug": SLUG, "criterion": WRITTEN, "attempt": str(attempt), "behaviour": "none"}
    path = route.path.replace(":int", "").replace(":path", "")
    for name, value in values.items():
        path = path.replace("{" + name + "}", value)
    return path.replace("{cell}", "1").replace("{index}", "0").replace("{number}", "0")


def calls(room: Classroom, attempt: int) -> list[tuple[str, str]]:
    """(method, address) of all that can be asked."""
    return [(method, filled(one, attempt)) for one in routes(room) for method in sorted(one.methods or ()) if method != "HEAD"]


def test_the_walk_finds_all_parts_of_the_desk(room: Classroom) -> None:
    first = {path.split("/")[1] for _, path in calls(room, 1)}
    assert {"", "list", "grade", "mark", "groups", "fix", "reconcile", "gold", "rubric", "staff", "statistics"} <= first
    assert not [path for _, path in calls(room, 1) if "{" in path], "an address whose parts are not filled in"


def test_a_stranger_gets_nothing(room: Classroom) -> None:
    one = room.hand_in("ada")
    stranger = room.visitor(None)
    for method, path in calls(room, one.id):
        assert stranger.request(method, path, follow_redirects=False).status_code == 401, (method, path)


def test_no_write_without_the_token_and_none_by_readers(room: Classroom) -> None:
    one = room.hand_in("ada")
    ida, rob = room.visitor("ida"), room.visitor("rob")
    ida.headers["X-CSRF-Token"] = "x"
    for method, path in calls(room, one.id):
        if method != "GET":
            assert ida.request(method, path, data={"action": "level:2"}).status_code == 403, path
            if path != "/leave":
                assert rob.request(method, path, data={"action": "level:2"}).status_code == 403, path
    assert marks_of(room.book, one.id) == []


@pytest.mark.parametrize("name", ["ann", "rob"])
def test_pages_for_instructors_are_for_nobody_else(room: Classroom, name: str) -> None:
    one = room.hand_in("ada")
    visitor, ida = room.visitor(name), room.visitor("ida")
    reserved = [(method, path) for method, path in calls(room, one.id) if path.startswith(FOR_INSTRUCTORS)]
    assert len(reserved) >= 8
    for method, path in reserved:
        assert visitor.request(method, path, data={"action": "x"}).status_code == 403, path
    assert ida.get("/staff").status_code == 200


def test_whose_work_one_must_not_mark_one_does_not_see(room: Classroom) -> None:
    one = room.hand_in("ada", "SECRET-ANSWER of a friend.")
    write_mark(room.book, one.id, WRITTEN, author="ben", level=1, points=10.0, comment="SECRET-COMMENT")
    conflict(room.book, "ann", one.student_id)
    ann = room.visitor("ann")
    for method, path in calls(room, one.id):
        answer = ann.request(method, path, data={"action": "level:2"})
        assert "SECRET-ANSWER" not in answer.text, (method, path)
        # Comments are offered to everybody for use again, without a word of where they stood.
        assert "SECRET-COMMENT" not in answer.text or path.startswith("/comments/"), (method, path)
        if f"/{one.id}" in path and method == "GET" and not path.startswith(FOR_INSTRUCTORS):
            assert answer.status_code == 404, path
    assert len(marks_of(room.book, one.id)) == 1
