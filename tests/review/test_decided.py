"""The marks that stand, remembered, against the view that says which those are."""

from __future__ import annotations

import random
from contextvars import Context
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import select

from autograder.gradebook.attempts import set_aside
from autograder.gradebook.book import Gradebook
from autograder.gradebook.marks import current_mark, marks_of, withdraw, write_mark
from autograder.gradebook.moderation import moderate
from autograder.gradebook.rows import selected
from autograder.gradebook.standing import last_of, standing
from autograder.gradebook.views import current_marks
from autograder.review.decided import Decided
from autograder.review.order import Orders, shuffled
from tests.review.classroom import SLUG, TESTED, WRITTEN, Classroom


def as_the_view_says(book: Gradebook) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = {}
    for row in selected(book, select(current_marks)):
        found.setdefault(row.criterion, {})[row.attempt_id] = row.author
    return found


def told(decided: Decided) -> dict[str, dict[int, str]]:
    return {name: dict(authors) for name, authors in decided.of(SLUG).items() if authors}


@pytest.mark.parametrize("most_new", [0, 200], ids=["all of it again", "only what is new"])
def test_it_is_what_the_view_says_after_every_event(
    room: Classroom, monkeypatch: pytest.MonkeyPatch, most_new: int
) -> None:
    """Marks, seconds, moderators' marks and withdrawals, by this desk or another."""
    monkeypatch.setattr("autograder.review.decided._MOST_NEW", most_new)
    attempts = [room.hand_in(f"s{n}", f"Answer {n}.").id for n in range(4)]
    decided, chance = Decided(room.book), random.Random(5)
    kinds: list[Any] = ["mark", "mark", "override", "second"]
    for _ in range(80):
        attempt, name = chance.choice(attempts), chance.choice([WRITTEN, TESTED])
        stand = [mark for mark in standing(marks_of(room.book, attempt)) if mark.criterion == name]
        now, draw = current_mark(room.book, attempt, name), chance.random()
        if stand and draw < 0.4:
            withdraw(room.book, stand[-1].id, stand[-1].author)
        elif now is not None and draw < 0.5:
            last = max(mark.id for mark in marks_of(room.book, attempt) if mark.criterion == name)
            moderate(room.book, attempt, name, author="ida", reason="So.", seen=last, points=1.0)
        else:
            kind, author = chance.choice(kinds), chance.choice("ab")
            seen = last_of(stand, "second", author) if kind == "second" else now
            expected = seen.id if seen is not None else None
            write_mark(room.book, attempt, name, author=author, kind=kind, points=1.0, expected=expected)
        if chance.random() < 0.7:
            assert told(decided) == as_the_view_says(room.book)
    assert as_the_view_says(room.book)


def test_what_is_known_is_not_read_again(room: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = (room.hand_in(name, "Answer.").id for name in ("s1", "s2"))
    decided = Decided(room.book)
    write_mark(room.book, one, WRITTEN, author="ann", points=1.0)
    before = decided.of(SLUG)[WRITTEN]
    asked = Mock(side_effect=selected)
    monkeypatch.setattr("autograder.review.decided.selected", asked)
    assert decided.of(SLUG)[WRITTEN] is before
    assert asked.call_count == 0
    write_mark(room.book, two, WRITTEN, author="ben", points=1.0)
    assert decided.of(SLUG)[WRITTEN] == {one: "ann", two: "ben"}
    assert before == {one: "ann"}, "a page that reads it meanwhile is not disturbed"
    assert asked.call_count == 2


def test_an_older_state_takes_nothing_back(room: Classroom) -> None:
    """A page that began before a mark was given may ask after one that began later."""
    one = room.hand_in("s1", "Answer.").id
    decided = Decided(room.book)

    def later() -> None:
        write_mark(room.book, one, WRITTEN, author="ann", points=1.0)
        assert told(decided) == {WRITTEN: {one: "ann"}}

    with room.book.visit():
        assert told(decided) == {}
        Context().run(later)
        assert as_the_view_says(room.book) == {}, "this page sees the older state"
        assert told(decided) == {WRITTEN: {one: "ann"}}
    assert told(decided) == {WRITTEN: {one: "ann"}}


def test_the_order_is_remembered_while_the_same_attempts_count(room: Classroom) -> None:
    first = [room.hand_in(f"s{n}", "Answer.") for n in range(5)]
    orders = Orders(room.book)
    order = orders.of("ann", SLUG, WRITTEN)
    assert order == shuffled(first, "ann", SLUG, WRITTEN)
    assert orders.of("ann", SLUG, WRITTEN) is order
    assert orders.of("ben", SLUG, WRITTEN) == shuffled(first, "ben", SLUG, WRITTEN)
    more = [*first, room.hand_in("s9", "Answer.")]
    assert orders.of("ann", SLUG, WRITTEN) == shuffled(more, "ann", SLUG, WRITTEN)
    set_aside(room.book, first[0].id, reason="Twice.", author="ida")
    assert orders.of("ann", SLUG, WRITTEN) == shuffled(more[1:], "ann", SLUG, WRITTEN)
