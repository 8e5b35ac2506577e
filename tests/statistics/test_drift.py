"""Drift by grader and by order, computed by hand."""

from __future__ import annotations

import math

import pytest

from autograder.statistics.drift import Given, by_grader, by_order, shares_by_position


def given(author: str, *shares: float, criterion: str = "a") -> list[Given]:
    return [Given(author, criterion, share, n) for n, share in enumerate(shares)]


class TestGrader:
    def test_the_difference_and_its_interval(self) -> None:
        """Means 0.4 and 0.7; both variances are 0.01, of three marks each: 0.3 ± 1.96·√(0.02/3)."""
        marks = given("strict", 0.3, 0.4, 0.5) + given("mild", 0.6, 0.7, 0.8)
        mild, strict = by_grader(marks)
        assert (mild.author, mild.marks, mild.difference) == ("mild", 3, pytest.approx(0.3))
        assert mild.high == pytest.approx(0.3 + 1.959964 * math.sqrt(0.02 / 3), abs=1e-6)
        assert strict.difference == pytest.approx(-0.3)
        assert strict.notable
        assert mild.notable

    def test_a_hard_criterion_is_not_strictness(self) -> None:
        marks = given("ann", 0.9, 1.0, 0.8) + given("ben", 0.8, 0.9, 1.0)
        marks += given("ben", 0.1, 0.2, 0.3, 0.2, criterion="hard") + given("ann", 0.2, 0.2, criterion="hard")
        assert [abs(row.difference or 0) < 1e-9 for row in by_grader(marks)] == [True, True]

    def test_alone_on_a_criterion_nobody_can_be_compared(self) -> None:
        [row] = by_grader(given("ann", 0.1, 0.2))
        assert (row.marks, row.difference, row.low, row.notable) == (2, None, None, False)

    def test_two_marks_have_no_interval(self) -> None:
        row = by_grader(given("ann", 0.1, 0.3) + given("ben", 0.5, 0.5, 0.5))[0]
        assert (row.difference, row.low) == (pytest.approx(-0.3), None)


class TestOrder:
    def test_the_slope_by_hand(self) -> None:
        """0.9, 0.8 … falls 0.1 a mark: one point of share in ten."""
        [row] = by_order(given("ann", 0.9, 0.8, 0.7, 0.6, 0.5))
        assert row.per_ten == pytest.approx(-1.0)
        assert (row.low, row.high) == (pytest.approx(-1.0), pytest.approx(-1.0))
        assert row.notable

    def test_criteria_of_other_levels_do_not_look_like_drift(self) -> None:
        """The hard criterion comes later; each is flat in itself."""
        hard = [Given("ann", "hard", 0.2, n) for n in range(11, 21)]
        easy = [Given("ann", "easy", 0.9, n) for n in range(1, 11)]
        [row] = by_order(easy + hard)
        assert row.per_ten == pytest.approx(0)
        assert not row.notable

    def test_chance_is_not_drift(self) -> None:
        [row] = by_order(given("ann", *[0.4, 0.6] * 10))
        assert row.low is not None
        assert row.high is not None
        assert row.low < 0 < row.high
        assert not row.notable

    def test_without_positions_nothing_is_said(self) -> None:
        [row] = by_order([Given("ann", "a", 0.5, None)] * 5)
        assert (row.marks, row.per_ten, row.low) == (0, None, None)


def test_the_curve_of_a_class_by_tens() -> None:
    marks = given("ann", *[1.0] * 10, 0.5) + given("ben", 0.0)
    assert shares_by_position(marks) == ((0, pytest.approx(10 / 11), 11), (10, 0.5, 1))
