"""What is said of a growth that passes, from measurements that are made up: no child, no clock."""

from __future__ import annotations

import math

import pytest

from autograder.checks.growth_audit import growth_doubt
from autograder.checks.scaling import Scaling, Wait
from autograder.course.verdict import Verdict
from autograder.sandbox.faults import GraderFault, StudentFault

SIZES = (256, 512, 1024, 2048)
ALLOWED = {"operations": 1.2, "largest": 1.2}


_NONE = (Wait(0.0, 1.0), 0.0)


class Made(Scaling):
    """Costs c·Nᵖ; `later` and `shortest_wait` answer what they are told to."""

    def __init__(self, *, ours: bool = True, seconds: float = 0.004, later=1.0, shortest=_NONE) -> None:
        super().__init__(lambda impl, x: None, lambda n: n, SIZES, ours=ours)
        for quantity, top in (("operations", 1e6), ("largest", 1e5), ("seconds", seconds)):
            self.points[quantity] = {n: top * n / SIZES[-1] for n in SIZES}
        self.answers, self.asked = later, 0
        self.shortest, self.waits = shortest, [Wait(0.0005, seconds)]

    def later(self, factor: int) -> float:
        self.asked += 1
        found = self.answers[self.asked - 1] if isinstance(self.answers, list) else self.answers
        if isinstance(found, Exception):
            raise found
        return found

    def shortest_wait(self, enough):
        return self.shortest


def doubt(ours: Made, reference: Made | None = None, **allowed: float) -> str:
    return growth_doubt(ours, reference or Made(ours=False), allowed or ALLOWED)


def test_like_the_reference():
    ours = Made()
    assert doubt(ours) == ""
    assert ours.asked == 0


@pytest.mark.parametrize(
    ("quantity", "factor", "told"),
    [
        ("operations", 6, ""),
        ("operations", 9, "At N = 2048 its operations are 9 times the reference's"),
        ("largest", 15, ""),
        ("largest", 17, "At N = 2048 its largest tensor is 17 times the reference's"),
    ],
)
def test_many_times_the_references_counts(quantity, factor, told):
    ours = Made()
    ours.points[quantity] = {n: value * factor for n, value in ours.points[quantity].items()}
    assert doubt(ours).partition(":")[0] == told
    assert doubt(ours, seconds=1.2) == ""  # where counts are not judged, they are not taken


@pytest.mark.parametrize(
    ("later", "asked", "found"),
    [
        (1.1, 1, False),
        ([2.0, 1.1], 2, False),  # one of two may be a slow moment
        ([2.0, 1.95], 2, True),
        (StudentFault(Verdict.MEMORY, "asks for more than it may have"), 1, True),
        (GraderFault("no child"), 1, False),
    ],
)
def test_slower_than_the_reference_it_is_asked_at_a_larger_size(later, asked, found):
    ours = Made(seconds=0.02, later=later)
    told = doubt(ours)
    assert ours.asked == asked
    assert bool(told) is found
    assert (
        not found or "works where nothing is counted" in told or told.startswith("At N = 8192, where nothing is asked")
    )


@pytest.mark.parametrize("later", [1.8, GraderFault("the reference at N = 8192: no room"), IndexError()])
def test_a_reference_that_grows_as_fast_or_cannot_answer_is_no_measure(later):
    assert doubt(Made(seconds=0.02, later=2.05), Made(ours=False, later=later)) == ""


def test_half_way_to_a_quadratic_is_what_the_limit_leaves():
    assert doubt(Made(seconds=0.02, later=1.75), operations=1.65) == ""
    assert doubt(Made(seconds=0.02, later=1.9), operations=1.65) != ""
    assert doubt(Made(seconds=0.02, later=1.9), operations=2.1) == ""


@pytest.mark.parametrize(
    ("wait", "queue", "found"),
    [
        (Wait(0.08, 0.1), 0.0, True),
        (Wait(0.08, 0.1), 0.6, True),
        (Wait(0.05, 0.1), 0.5, False),  # others had the processor
        (Wait(0.004, 0.005), 0.0, False),  # a few wake-ups
    ],
)
def test_late_without_working(wait, queue, found):
    ours = Made(shortest=(wait, queue))
    ours.waits = [wait]
    assert doubt(ours).endswith("or it sleeps.") is found


def test_one_call_without_a_wait_is_enough():
    ours = Made(shortest=(Wait(math.inf, math.inf), 0.0))
    ours.waits = [Wait(0.05, 0.1), Wait(0.0001, 0.05)]
    assert doubt(ours) == ""
