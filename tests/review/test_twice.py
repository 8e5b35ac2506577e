"""What is marked twice: drawn by chance that nobody knows, and blind on every page that a TA can open."""

from __future__ import annotations

import random
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from autograder.gradebook import open_gradebook
from autograder.gradebook.attempts import Attempt
from autograder.gradebook.book import Gradebook
from autograder.gradebook.marks import current_mark, marks_of, withdraw, write_mark
from autograder.gradebook.requests import ask
from autograder.gradebook.staff import conflict
from autograder.gradebook.standing import events_at, standing
from autograder.review.counted import that_count
from autograder.review.remembered import Remembered
from autograder.review.twice import Twice, drawn
from tests.review.classroom import SLUG, TESTED, WRITTEN, Classroom

CLASS = range(1000)


class TestTheDraw:
    def test_one_in_ten_of_each_criterion(self) -> None:
        assert len(drawn("salt", "a.b", CLASS)) == 100
        assert [len(drawn("salt", "a.b", range(n))) for n in (0, 4, 5, 14, 15)] == [0, 0, 1, 1, 2]

    def test_another_one_for_each_salt_and_criterion(self) -> None:
        one = drawn("salt", "a.b", CLASS)
        assert one == drawn("salt", "a.b", reversed(CLASS))
        for other in (drawn("salt", "a.c", CLASS), drawn("pepper", "a.b", CLASS)):
            assert 0 <= len(one & other) < 30, "about one in ten of them by chance"

    def test_everybody_is_as_likely_as_anybody(self) -> None:
        """Of 400 salts each of 20 students is drawn 40 times, give or take five standard deviations (6)."""
        times = [0] * 20
        for n in range(400):
            for student in drawn(f"salt {n}", "a.b", range(20)):
                times[student] += 1
        assert all(10 <= count <= 70 for count in times)

    def test_who_comes_later_moves_few(self) -> None:
        assert len(drawn("salt", "a.b", CLASS) & drawn("salt", "a.b", range(1010))) >= 98

    def test_who_knows_all_but_the_salt_cannot_tell(
        self, room: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The same students in another gradebook: another draw."""
        monkeypatch.setattr("autograder.review.twice.that_count", lambda book, slug: CLASS_OF_200)
        here = {n: drawn_in(room.book, n) for n in range(12)}
        with open_gradebook(tmp_path / "another.db") as other:
            there = {n: drawn_in(other, n) for n in range(12)}
        assert here != there


CLASS_OF_200 = {n: SimpleNamespace(id=n, student_id=n) for n in range(200)}


def drawn_in(book: Gradebook, n: int) -> frozenset[int]:
    return Twice(book).drawn(SLUG, f"c.{n}")


@pytest.fixture
def twice(room: Classroom) -> tuple[Attempt, Attempt]:
    """Five hand in: the one that is drawn, and one that is not."""
    attempts = [room.hand_in(f"s{n}", f"Answer {n}.") for n in range(5)]
    (chosen,) = room.desk.twice.drawn(SLUG, WRITTEN)
    return next(one for one in attempts if one.id == chosen), next(one for one in attempts if one.id != chosen)


def test_what_is_remembered_is_what_stands(room: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """After every mark and withdrawal, by this desk or another; and what is known is not read again."""
    attempts = [room.hand_in(f"s{n}", f"Answer {n}.").id for n in range(3)]
    places = {WRITTEN: frozenset(attempts[:2])}
    remembered = Remembered(room.book)
    chance, read = random.Random(3), Mock(side_effect=events_at)
    monkeypatch.setattr("autograder.review.remembered.events_at", read)
    for _ in range(30):
        attempt, author = chance.choice(attempts), chance.choice("ab")
        own = [mark for mark in standing(marks_of(room.book, attempt)) if mark.author == author]
        if own and chance.random() < 0.4:
            withdraw(room.book, own[-1].id, author)
        else:
            write_mark(room.book, attempt, WRITTEN, author=author, kind="second", expected=own[-1].id if own else None)
        if chance.random() < 0.6:
            fresh = {place: standing(events) for place, events in events_at(room.book, places).items()}
            assert remembered.stands(SLUG, places) == fresh
    assert read.call_count == 1


def kinds(room: Classroom, attempt: Attempt) -> list[tuple[str, str, float | None]]:
    return [(mark.author, mark.kind, mark.points) for mark in marks_of(room.book, attempt.id, WRITTEN)]


def told_of(client: Any, attempt: Attempt) -> str:
    """Every page on which something about the attempt stands, without what differs from request to request."""
    place = f"/grade/{SLUG}/{WRITTEN}/{attempt.id}?show=all"
    pages = [client.get(page).text for page in ("/", f"/list/{SLUG}/{WRITTEN}?show=all", place)]
    return re.sub(r'X-CSRF-Token": "[^"]+', "", "\n".join(pages))


def test_whoever_marks_second_sees_what_they_would_see_if_nobody_had(
    room: Classroom, twice: tuple[Attempt, Attempt]
) -> None:
    ann, ben = room.visitor("ann"), room.visitor("ben")
    before = told_of(ben, twice[0])
    room.mark(ann, twice[0], "level:2", comment="Zebra.")
    assert told_of(ben, twice[0]) == before, "not a character differs"
    assert "Zebra." in told_of(ann, twice[0])
    room.mark(ann, twice[1], "level:2", comment="Gnu.")
    assert "Gnu." in told_of(ben, twice[1]), "what is not drawn is seen"


def test_the_second_mark_looks_like_any_other(room: Classroom, twice: tuple[Attempt, Attempt]) -> None:
    ann, ben = room.visitor("ann"), room.visitor("ben")
    room.mark(ann, twice[0], "level:2", comment="Zebra.")
    told = room.mark(ben, twice[0], "level:0", comment="Owl.").text
    assert "Saved: 0 of 20 points." in told
    assert "Marked by you" in told
    assert kinds(room, twice[0]) == [("ann", "mark", 20.0), ("ben", "second", 0.0)]
    now = current_mark(room.book, twice[0].id, WRITTEN)
    assert now is not None
    assert now.author == "ann"
    for client, own, other in ((ann, "Zebra.", "Owl."), (ben, "Owl.", "Zebra.")):
        seen = told_of(client, twice[0])
        assert own in seen
        assert other not in seen
        assert not re.search("second(?!s)", seen, re.IGNORECASE)
        assert 'aria-label="1 mine: The answer names a reason"' in seen
    own_mark = marks_of(room.book, twice[0].id)[-1]
    assert "Comment saved." in room.mark(ben, twice[0], "comment", comment="Eagle.", expected=str(own_mark.id)).text
    assert "Undone." in room.mark(ben, twice[0], "undo").text
    assert [kind for _, kind, _ in kinds(room, twice[0])] == ["mark", "second", "second", "second"]


def test_the_queue_hands_it_to_one_more_and_then_to_nobody(room: Classroom, twice: tuple[Attempt, Attempt]) -> None:
    room.staff(cem="ta")
    ann, ben, cem = (room.visitor(name) for name in ("ann", "ben", "cem"))
    for one in that_count(room.book, SLUG):
        write_mark(room.book, one, WRITTEN, author="ann", points=10.0, level=1)
    onward = f"/grade/{SLUG}/{WRITTEN}?show=ungraded"
    assert "Well done" in ann.get(onward).text
    assert str(ben.get(onward).url).endswith(f"/{twice[0].id}?show=ungraded")
    assert 'aria-label="1 ungraded: The answer names a reason"' in cem.get("/").text
    room.mark(ben, twice[0], "level:1")
    assert "Well done" in ben.get(onward).text
    assert "Well done" in cem.get(onward).text


def test_two_at_once_are_both_blind(room: Classroom, twice: tuple[Attempt, Attempt]) -> None:
    """cem had the page open, without a mark on it, when ann and ben marked."""
    room.staff(cem="ta")
    for name, level in (("ann", "0"), ("ben", "1"), ("cem", "2")):
        told = room.mark(room.visitor(name), twice[0], f"level:{level}").text
        assert "Saved:" in told
        assert "while you did" not in told
    assert [kind for _, kind, _ in kinds(room, twice[0])] == ["mark", "second", "second"]


def test_instructors_and_those_who_only_read_see_the_mark(room: Classroom, twice: tuple[Attempt, Attempt]) -> None:
    room.mark(room.visitor("ann"), twice[0], "level:2", comment="Zebra.")
    assert "Zebra." in told_of(room.visitor("ida"), twice[0])
    assert "Zebra." in told_of(room.visitor("rob"), twice[0])


def test_who_answers_a_student_sees_the_mark(room: Classroom, twice: tuple[Attempt, Attempt]) -> None:
    room.mark(room.visitor("ann"), twice[0], "level:2", comment="Zebra.")
    ask(room.book, twice[0].id, WRITTEN, "I did name a reason.", "student")
    assert "Zebra." in told_of(room.visitor("ben"), twice[0])


def test_what_tests_decide_is_overruled_once(room: Classroom, twice: tuple[Attempt, Attempt]) -> None:
    (chosen,) = room.desk.twice.drawn(SLUG, TESTED)
    write_mark(room.book, chosen, TESTED, author="ann", kind="override", points=3.0, comment="Zebra.")
    assert "Zebra." in room.visitor("ben").get(f"/grade/{SLUG}/{TESTED}/{chosen}").text


def test_a_conflict_of_interest_is_kept(room: Classroom, twice: tuple[Attempt, Attempt]) -> None:
    room.mark(room.visitor("ann"), twice[0], "level:2")
    conflict(room.book, "ben", twice[0].student_id)
    assert twice[0].pseudonym not in room.visitor("ben").get(f"/list/{SLUG}/{WRITTEN}?show=ungraded").text


def test_a_moderated_mark_is_seen_by_all(room: Classroom, twice: tuple[Attempt, Attempt]) -> None:
    for name in ("ann", "ben"):
        room.mark(room.visitor(name), twice[0], "level:2")
    now = current_mark(room.book, twice[0].id, WRITTEN)
    assert now is not None
    write_mark(room.book, twice[0].id, WRITTEN, author="ida", kind="moderated", points=10.0, level=1, expected=now.id)
    for name in ("ann", "ben"):
        told = room.mark(room.visitor(name), twice[0], "level:0").text
        assert "A moderator has decided this." in told


def test_a_first_mark_that_was_taken_back_leaves_the_student_to_be_marked(
    room: Classroom, twice: tuple[Attempt, Attempt]
) -> None:
    ann, ben = room.visitor("ann"), room.visitor("ben")
    room.mark(ann, twice[0], "level:2")
    room.mark(ben, twice[0], "level:1")
    room.mark(ann, twice[0], "undo")
    assert twice[0].pseudonym in ben.get(f"/list/{SLUG}/{WRITTEN}?show=ungraded").text
    room.mark(ben, twice[0], "level:0")
    assert kinds(room, twice[0])[-1] == ("ben", "mark", 0.0)
