"""Difficulty, discrimination, histograms and paces, computed by hand."""

from __future__ import annotations

import math

import pytest

from autograder.course.verdict import Verdict
from autograder.statistics.histogram import histogram
from autograder.statistics.items import correlation, items
from autograder.statistics.mistakes import mistakes
from autograder.statistics.pace import pace, seconds_left
from tests.report.samples import criterion, result_of

FOUR = [
    {"a": 1.0, "b": 1.0, "c": 1.0},
    {"a": 1.0, "b": 0.0, "c": 1.0},
    {"a": 0.0, "b": 1.0, "c": 0.0},
    {"a": 0.0, "b": 0.0, "c": 0.0},
]
POINTS = {"a": 2.0, "b": 1.0, "c": 1.0}


class TestItems:
    def test_discrimination_by_hand(self) -> None:
        """a earns 2 2 0 0, the others 2 1 1 0, all 4 3 1 0: r = 2/√(4·2) with the others, 6/√(4·10) with all."""
        a = items(FOUR, POINTS)[0]
        assert a.difficulty == 0.5
        assert a.discrimination == pytest.approx(2 / math.sqrt(8))
        assert a.point_biserial == pytest.approx(6 / math.sqrt(40))

    def test_point_biserial_is_that_of_the_textbook(self) -> None:
        """(M₁ − M₀)/sₙ · √(pq): the means 3.5 and 0.5 of those who have it and who have not, sₙ² = 2.5, p = q = ½."""
        assert items(FOUR, POINTS)[0].point_biserial == pytest.approx((3.5 - 0.5) / math.sqrt(2.5) * 0.5)

    def test_a_criterion_that_all_pass_tells_nothing_apart(self) -> None:
        [one, other] = items([{"a": 1.0, "b": 0.0}, {"a": 1.0, "b": 1.0}], {"a": 1.0, "b": 1.0})
        assert (one.difficulty, one.point_biserial, one.discrimination) == (1.0, None, None)
        assert other.discrimination is None

    def test_a_criterion_that_the_weak_pass_is_negative(self) -> None:
        shares = [{"a": 0.0, "b": 1.0}, {"a": 1.0, "b": 0.0}]
        assert items(shares, {"a": 1.0, "b": 1.0})[0].discrimination == pytest.approx(-1)

    def test_open_marks_are_not_zeros(self) -> None:
        """The fourth submission is not marked at b yet: it counts for a's difficulty and for nothing else."""
        [a, b] = items([*FOUR[:3], {"a": 1.0}], {"a": 1.0, "b": 1.0})
        assert (a.count, a.difficulty) == (4, 0.75)
        assert (b.count, b.difficulty) == (3, pytest.approx(2 / 3))
        assert a.discrimination == pytest.approx(-0.5)

    def test_rounding_is_no_variation(self) -> None:
        assert correlation([0.1 + 0.2, 0.3], [1.0, 2.0]) is None
        assert correlation([1.0], [1.0]) is None


class TestHistogram:
    def test_the_last_bin_holds_the_maximum(self) -> None:
        found = histogram([0, 9.99, 10, 95, 100], 100)
        assert [b.count for b in found.bins] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
        assert (found.bins[1].low, found.bins[1].high) == (10, 20)

    def test_summaries(self) -> None:
        found = histogram([1, 2, 3, 4, 10], 10)
        assert (found.count, found.mean, found.median, found.lowest, found.highest) == (5, 4, 3, 1, 10)
        assert found.deviation == pytest.approx(math.sqrt((9 + 4 + 1 + 0 + 36) / 4))

    def test_nobody_has_a_score_yet(self) -> None:
        found = histogram([], 10, bins=2)
        assert ([b.count for b in found.bins], found.mean, found.deviation) == ([0, 0], None, None)

    @pytest.mark.parametrize("score", [-0.5, 10.5])
    def test_a_score_outside_is_refused(self, score: float) -> None:
        with pytest.raises(ValueError, match=f"{score:g} is not a score from 0 to 10"):
            histogram([5, score], 10)


def test_mistakes_by_frequency() -> None:
    swapped = criterion("cell.values", "", 4, Verdict.FAIL, mistake="swapped", hint="Which state?")
    unknown = criterion("cell.values", "", 4, Verdict.FAIL, hint="Look again.")
    ours = criterion("cell.values", "", 4, Verdict.GRADER_ERROR)
    marked = criterion("why.reason", "", 4, Verdict.FAIL, kind="ta")
    right = criterion("cell.values", "", 4)
    found = mistakes([result_of(c, marked) for c in (unknown, swapped, right, swapped, ours)])
    assert [(m.criterion, m.name, m.count, m.share, m.hint) for m in found] == [
        ("cell.values", "swapped", 2, 0.4, "Which state?"),
        ("cell.values", "", 1, 0.2, ""),
    ]


def test_pace_has_the_quartiles_of_the_textbook() -> None:
    """10 … 50: the quartiles that R's quantile (type 7) gives are 20, 30 and 40."""
    [slow, quick] = pace({"quick": [7.0], "slow": [50, 10, 30, 20, 40], "never": []})
    assert (slow.of, slow.marks, slow.lower, slow.median, slow.upper, slow.total) == ("slow", 5, 20, 30, 40, 150)
    assert (quick.lower, quick.median, quick.upper) == (7, 7, 7)


def test_time_left_takes_the_usual_pace_for_what_is_new() -> None:
    rows = pace({"a": [10.0], "b": [30.0]})
    assert seconds_left(rows, {"a": 3, "new": 2}) == 3 * 10 + 2 * 20
    assert seconds_left((), {"a": 3}) is None
