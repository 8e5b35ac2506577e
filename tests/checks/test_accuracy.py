"""The relative drop of accuracy and its bound."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from autograder.checks import keeps_accuracy
from autograder.checks.accuracy import accuracy_drop
from autograder.checks.outcome import Decided
from autograder.course.verdict import Verdict


def answers(right: int, of: int) -> list[bool]:
    return [True] * right + [False] * (of - right)


def test_the_drop_is_relative():
    """76 right answers where there were 80 are 5% less, though it is 4 of 100."""
    assert accuracy_drop(answers(80, 100), answers(76, 100)).measured == pytest.approx(0.05)


def test_a_gain_is_a_negative_drop():
    drop = accuracy_drop(answers(50, 100), answers(60, 100))
    assert drop.measured == pytest.approx(-0.2)
    assert drop.bound < 0


def test_the_same_answers_lose_nothing():
    """Paired: what both get wrong is no reason for doubt."""
    drop = accuracy_drop(answers(50, 100), answers(50, 100))
    assert drop.measured == 0
    assert drop.bound == 0


def test_the_bound_is_above_the_drop_and_comes_nearer_with_more_questions():
    few, many = (accuracy_drop(answers(n, n), answers(n * 9 // 10, n)) for n in (50, 5000))
    assert few.measured == many.measured == pytest.approx(0.1)
    assert few.bound > many.bound > 0.1


def test_the_bound_is_one_of_95_percent():
    """Over 300 draws of 400 questions the bound is below the true drop in about 5% of them."""
    rng = np.random.default_rng(1)
    true, missed = 0.06, 0
    for _ in range(300):
        exact = rng.random(400) < 0.9
        kept = exact & (rng.random(400) >= true)
        missed += accuracy_drop(torch.from_numpy(exact), torch.from_numpy(kept)).bound < true
    assert 3 <= missed <= 30


def test_it_repeats():
    assert accuracy_drop(answers(90, 100), answers(80, 100)) == accuracy_drop(answers(90, 100), answers(80, 100))


@pytest.mark.parametrize(
    ("exact", "cheaper"),
    [([True], [True, False]), ([False, False], [True, True]), ([], []), ([[True]], [[True]])],
    ids=["of different length", "none is right", "no question", "two axes"],
)
def test_what_cannot_be_compared_is_refused(exact, cheaper):
    with pytest.raises(ValueError, match="answers to the same questions"):
        accuracy_drop(exact, cheaper)


def test_little_enough_passes():
    keeps_accuracy(answers(1000, 1000), answers(980, 1000), drop=0.05, of="recall at N = 4096")


def test_a_drop_that_may_be_too_large_fails_and_says_both_numbers():
    """Measured 4%, but with 100 questions it may be 8%."""
    with pytest.raises(Decided) as caught:
        keeps_accuracy(answers(100, 100), answers(96, 100), drop=0.05, of="recall at N = 4096")
    assert caught.value.verdict is Verdict.FAIL
    assert str(caught.value) == (
        "On recall at N = 4096, 4% of the accuracy is lost, relatively; at most 7% with 95% confidence, and 5% is allowed."
    )


def test_a_gain_is_told_as_nothing_lost():
    """The numbers in the message are of two digits and never negative, whatever is answered."""
    with pytest.raises(Decided, match="0% of the accuracy is lost, relatively; at most"):
        keeps_accuracy(answers(2, 4), [False, True, True, True], drop=0.0, of="four questions")
