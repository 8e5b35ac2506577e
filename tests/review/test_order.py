"""The order in which a TA meets submissions, and who is said to look at what."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.review.order import neighbour, shuffled
from autograder.review.presence import FRESH_SECONDS, Presence


@dataclass(frozen=True)
class One:
    pseudonym: str


CLASS = [One(f"heron-{n}") for n in range(200)]


def test_the_order_is_the_same_every_day_and_another_for_each_ta_and_criterion() -> None:
    mine = shuffled(CLASS, "ann", "lstm", "report.gates")
    assert mine == shuffled(reversed(CLASS), "ann", "lstm", "report.gates")
    for other in (
        ("ben", "lstm", "report.gates"),
        ("ann", "lstm", "report.gradients"),
        ("ann", "resnet", "report.gates"),
    ):
        theirs = shuffled(CLASS, *other)
        assert set(theirs) == set(mine)
        same = sum(one == two for one, two in zip(mine, theirs, strict=True))
        assert same < 15, "about one of 200 stands where it stood by chance"


def test_the_first_of_the_class_is_not_always_first() -> None:
    places = [shuffled(CLASS, f"ta{n}", "lstm", "report.gates").index(CLASS[0]) for n in range(50)]
    assert min(places) < 30
    assert max(places) > 170


def test_neighbours() -> None:
    order = [7, 3, 9, 5]
    assert neighbour(order, 3, {7, 5}) == 5
    assert neighbour(order, 5, {7, 3}) is None
    assert neighbour(order, 5, {7, 3}, turn=True) == 7
    assert neighbour(order, 9, {7, 5}, back=True) == 7
    assert neighbour(order, 7, {7}, turn=True) is None, "not itself"
    assert neighbour(order, None, {9, 5}) == 9
    assert neighbour([], None, set()) is None


def test_presence_fades_when_a_page_no_longer_asks() -> None:
    now = [0.0]
    presence = Presence(clock=lambda: now[0])
    presence.look("ann", (1, "a.b"))
    assert presence.look("ben", (1, "a.b")) == ["ann"]
    assert presence.taken("ben") == {(1, "a.b")}
    presence.look("ann", (2, "a.b"))
    assert presence.look("ben", (1, "a.b")) == []
    now[0] += FRESH_SECONDS + 1
    assert presence.taken("ben") == set()
