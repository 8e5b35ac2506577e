"""α against the examples that its author published, and what the interval promises."""

from __future__ import annotations

import itertools

import pytest

from autograder.statistics.agreement import agreement

# K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section E: four observers, twelve units.
FOUR_BY_TWELVE = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
# The same author's three observers and fifteen units, as in the article "Krippendorff's alpha" of Wikipedia.
THREE_BY_FIFTEEN = (".....34121133.3", "1.213343.......", "..21344.21133.4")


def units(rows: tuple[str, ...]) -> list[dict[str, float]]:
    """Observers' rows of digits, `.` for a unit that was not marked, as units."""
    columns = zip(*rows, strict=True)
    return [{str(n): float(mark) for n, mark in enumerate(column) if mark != "."} for column in columns]


@pytest.mark.parametrize(
    ("rows", "measurement", "published"),
    [
        (FOUR_BY_TWELVE, "ordinal", 0.815),
        (FOUR_BY_TWELVE, "interval", 0.849),
        (THREE_BY_FIFTEEN, "interval", 0.811),
    ],
)
def test_alpha_is_the_published_one(rows: tuple[str, ...], measurement: str, published: float) -> None:
    found = agreement(units(rows), measurement=measurement)  # type: ignore[arg-type]
    assert found.alpha == pytest.approx(published, abs=5e-4)


def test_units_with_one_mark_are_left_out() -> None:
    """The last unit of 2011 has one observer: 11 units and 40 marks are paired, as the paper counts them."""
    found = agreement(units(FOUR_BY_TWELVE))
    assert (found.units, found.marks) == (11, 40)


def test_exact_agreement_counts_pairs() -> None:
    """Three marks 1 1 2 make one equal pair of three, two marks 3 3 one of one: 2 of 4."""
    assert agreement([{"a": 1, "b": 1, "c": 2}, {"a": 3, "b": 3}, {"a": 9}]).exact == 0.5


def test_pairs_are_those_on_the_same_work() -> None:
    """Two, three and one mark: one pair, three, and none."""
    assert agreement([{"a": 1, "b": 1}, {"a": 1, "b": 2, "c": 1}, {"a": 2}]).pairs == 1 + 3


def test_the_interval_resamples_whole_units() -> None:
    """Where every pair agrees, so does every resample of pairs; one of single marks would not."""
    found = agreement([{"a": float(n % 3), "b": float(n % 3)} for n in range(30)])
    assert (found.alpha, found.low, found.high) == (1.0, 1.0, 1.0)


def test_the_interval_is_that_of_all_resamples() -> None:
    """Two marks of 0 or 1 on five units: all 5⁵ resamples, with α by the formula for two observers and two values."""
    pairs = [(0, 0), (0, 1), (1, 1), (1, 1), (0, 0)]

    def alpha(sample: tuple[tuple[int, int], ...]) -> float | None:
        n, ones = 2 * len(sample), sum(map(sum, sample))
        unequal = 2 * sum(a != b for a, b in sample)
        return None if ones in (0, n) else 1 - (n - 1) * unequal / (2 * ones * (n - ones))

    every = [alpha(sample) for sample in itertools.product(pairs, repeat=5)]
    known = sorted(a for a in every if a is not None)
    assert len(known) > 0.95 * len(every)
    found = agreement([{"a": a, "b": b} for a, b in pairs], measurement="interval", confidence=0.5, resamples=4000)
    assert found.alpha == pytest.approx(alpha(tuple(pairs)))
    assert found.low == pytest.approx(known[len(known) // 4], abs=0.08)
    assert found.high == pytest.approx(known[3 * len(known) // 4], abs=0.08)


def test_the_same_seed_gives_the_same_interval() -> None:
    one, again, other = (agreement(units(FOUR_BY_TWELVE), seed=seed) for seed in (1, 1, 2))
    assert one == again
    assert (one.low, one.high) != (other.low, other.high)


@pytest.mark.parametrize(
    ("marks", "known"),
    [
        ([], False),
        ([{"a": 1.0}], False),
        ([{"a": 1.0, "b": 1.0}] * 5, False),  # nothing varies: nothing could have been told apart
        ([{"a": 0.0, "b": 0.0}, {"a": 1.0, "b": 1.0}], True),
    ],
)
def test_what_cannot_be_known_is_not_made_up(marks: list[dict[str, float]], known: bool) -> None:
    found = agreement(marks)
    assert (found.alpha is not None) is known
    # Two units: every second resample holds one of them twice, where α is undefined.
    assert (found.low, found.high) == (None, None)


@pytest.mark.parametrize(
    ("marks", "word"),
    [
        ([{"a": 0, "b": 0}, {"a": 1, "b": 1}] * 5, "reliable"),
        ([{"a": 0, "b": 1}, {"a": 1, "b": 0}] * 5, "unreliable"),
        ([{"a": 1, "b": 1}] * 10, "unknown"),
        ([{"a": 0, "b": 0}, {"a": 1, "b": 1}] * 4 + [{"a": 0, "b": 0}], "too few to say"),
        ([], "too few to say"),
    ],
)
def test_alpha_in_a_word(marks: list[dict[str, float]], word: str) -> None:
    assert agreement(marks).word == word
