"""What a day of marking needs, on either database: the queue, saving, a collision, undo, going on, the statistics behind counts."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder.course.verdict import Verdict
from autograder.gradebook import open_gradebook
from autograder.gradebook.attempts import set_aside
from autograder.gradebook.flags import flags_of
from autograder.gradebook.marks import current_mark, current_marks, marks_of
from autograder.gradebook.requests import ask, open_requests
from autograder.review.desk import Desk
from tests.gradebook.conftest import place, postgresql_database, postgresql_server  # noqa: F401
from tests.review.classroom import SLUG, TESTED, WRITTEN, Classroom


@pytest.fixture
def room(tiny: Path, place: str) -> Iterator[Classroom]:  # noqa: F811
    """A class whose gradebook is once in SQLite, once in PostgreSQL."""
    with open_gradebook(place) as book:
        made = Classroom(tiny, book, Desk(tiny, book))
        made.staff(ann="ta", ben="ta", ida="instructor")
        yield made


def test_a_day_at_the_desk(room: Classroom) -> None:
    one, two = room.hand_in("ada"), room.hand_in("bob", "Another.", verdict=Verdict.INCONCLUSIVE)
    ann, ben = room.visitor("ann"), room.visitor("ben")
    queue = ann.get("/").text
    assert 'aria-label="2 ungraded: The answer names a reason"' in queue
    assert "tests could not decide" in queue

    assert "Saved: 10 of 20 points." in room.mark(ann, one, "level:1", comment="שלום ✓ \0 why?").text
    mark = current_mark(room.book, one.id, WRITTEN)
    assert mark is not None
    assert (mark.author, mark.points, mark.comment) == ("ann", 10.0, "שלום ✓ \ufffd why?")
    assert "ann marked this while you did." in room.mark(ben, one, "level:0").text
    assert "Saved: 0 of 20" in room.mark(ben, one, "insist:level:0", expected=str(mark.id)).text
    assert "Undone." in room.mark(ben, one, "undo").text
    assert current_mark(room.book, one.id, WRITTEN) == mark, "what counted before counts again"
    assert len(marks_of(room.book, one.id)) == 3

    onward = ann.get(f"/grade/{SLUG}/{WRITTEN}?after={one.id}", follow_redirects=False).headers["location"]
    assert onward.startswith(f"/grade/{SLUG}/{WRITTEN}/{two.id}?")
    assert "Saved: 30 of 30" in room.mark(ann, two, "override", TESTED, points="30", comment="Slow machine.").text
    assert "tests could not decide" not in ann.get("/").text
    room.mark(ann, two, "flag")
    assert set(flags_of(room.book, SLUG)) == {(two.id, WRITTEN)}
    ask(room.book, one.id, WRITTEN, "Look again.", "student")
    (request,) = open_requests(room.book)
    assert "Answered." in room.mark(ann, one, f"answer:{request.id}:kept", **{f"reply-{request.id}": "I did."}).text
    for show, there in (("mine", one), ("flagged", two), ("all", two)):
        assert there.pseudonym in ann.get(f"/list/{SLUG}/{WRITTEN}?show={show}").text, show

    set_aside(room.book, two.id, reason="withdrawn", author="ida")
    assert two.pseudonym not in ann.get(f"/list/{SLUG}/{WRITTEN}?show=all").text, "what is remembered is not out of date"
    three = room.hand_in("eve", "A third.")
    assert three.pseudonym in ann.get(f"/list/{SLUG}/{WRITTEN}?show=all").text


def test_many_save_at_the_same_time_and_no_mark_is_lost(room: Classroom) -> None:
    names = [f"ta{n}" for n in range(6)]
    room.staff(**dict.fromkeys(names, "ta"))
    attempts = [room.hand_in(f"s{n}", f"Answer {n}.") for n in range(4)]  # of so few none is marked twice
    visitors = [room.visitor(name) for name in names]

    def marks(number: int) -> list[str]:
        return [room.mark(visitors[number], one, "level:2", comment=f"by {number}").text for one in attempts]

    with ThreadPoolExecutor(len(names)) as pool:
        answers = [text for one in pool.map(marks, range(len(names))) for text in one]
    saved, clashes = (sum(said in text for text in answers) for said in ("Saved: 20 of 20", "marked this while you did"))
    assert (saved, clashes) == (len(attempts), len(answers) - len(attempts)), "one of each was first; the others saw it"
    assert set(current_marks(room.book, SLUG)) == {(one.id, WRITTEN) for one in attempts}
    assert sum(len(marks_of(room.book, one.id)) for one in attempts) == saved
