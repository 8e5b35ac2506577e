"""Hidden tests of `softmax`: softmax and log_softmax against torch's in float64."""

import math

import torch

from autograder.checks import (
    close,
    compare,
    criterion,
    draw,
    draw_ints,
    dtype_kept,
    faster_than,
    finite_under,
    observed,
    repeatable,
    require,
    unchanged,
)

FLOATS = ("float32", "float64")


@criterion("softmax.values")
def test_values():
    """softmax of single distributions and of batches, of 1 to 13 scores."""
    inputs = [draw(7), draw(1), draw(5, 7), draw(7, 1), draw(2, 3, 13), draw(3, 1, 1, 4)]
    compare(
        lambda impl: [impl.softmax(x) for x in inputs],
        oracle=lambda _: [torch.softmax(x, dim=-1) for x in inputs],
    )


@criterion("softmax.values")
def test_distributions():
    """Probabilities sum to 1 in every row, and stay when a constant is added to a row's scores."""
    x, constants = draw(4, 5), draw(4, 1, scale=10)
    p = observed(lambda impl: impl.softmax(x), "float64")
    close(p.sum(dim=-1), torch.ones(4), "That every row sums to 1", 1e-12)
    moved = observed(lambda impl: impl.softmax(x + constants), "float64")
    close(moved, p, "softmax(x + c) = softmax(x)", 1e-12)


@criterion("softmax.axis")
def test_axes():
    """The distributions lie along the axis that is given, counted from the front or from the end."""
    square, cube = draw(4, 4), draw(3, 5, 2)
    cases = [(square, 0), (square, 1), (cube, 0), (cube, 1), (cube, 2), (cube, -2), (cube, -3)]
    compare(
        lambda impl: [[impl.softmax(x, axis=axis), impl.log_softmax(x, axis=axis)] for x, axis in cases],
        oracle=lambda _: [[torch.softmax(x, axis), torch.log_softmax(x, axis)] for x, axis in cases],
    )


@criterion("softmax.temperature")
def test_temperatures():
    """softmax(x / T) for temperatures below and above 1, along the last axis and another."""
    x = draw(4, 6)
    cases = [(0.5, -1), (2.0, -1), (7.3, -1), (0.13, 0)]
    compare(
        lambda impl: [impl.softmax(x, axis=axis, temperature=T) for T, axis in cases],
        oracle=lambda _: [torch.softmax(x / T, axis) for T, axis in cases],
    )


@criterion("softmax.temperature")
def test_odds_by_hand():
    """Scores (0, ln 2): odds of 1 : 4 at temperature ½, of 1 : √2 at temperature 2; whole temperatures count, too."""
    x = torch.tensor([0.0, math.log(2)], dtype=torch.float64)
    cold, warm = observed(lambda impl: [impl.softmax(x, temperature=0.5), impl.softmax(x, temperature=2)], "float64")
    close(cold, torch.tensor([0.2, 0.8]), "1 : 4 at temperature ½", 1e-7)
    root = math.sqrt(2)
    close(warm, torch.tensor([1 / (1 + root), root / (1 + root)]), "1 : √2 at temperature 2", 1e-7)


@criterion("softmax.log")
def test_log_values():
    """log_softmax of single distributions and of batches."""
    inputs = [draw(7), draw(5, 7), draw(4, 2), draw(2, 3, 13)]
    compare(
        lambda impl: [impl.log_softmax(x) for x in inputs],
        oracle=lambda _: [torch.log_softmax(x, dim=-1) for x in inputs],
    )


@criterion("softmax.log")
def test_log_of_constant_rows():
    """n equal scores, whatever they are: −ln n."""
    logs = observed(lambda impl: impl.log_softmax(torch.full((3, 6), 2.5, dtype=torch.float64)), "float64")
    close(logs, torch.full((3, 6), -math.log(6), dtype=torch.float64), "log_softmax of n equal scores = −ln n", 1e-12)
    alone = observed(lambda impl: impl.log_softmax(draw(4, 1)), "float64")
    require(bool((alone.abs() < 1e-12).all()), "The logarithm of the probability of an only outcome is not 0.")


@criterion("softmax.stable")
def test_large_scores():
    """Scores of a few hundred, of both signs, in one row and far apart between rows."""
    x = draw(6, 5, scale=2) + torch.tensor([200.0, -200, 0, 120, -120, 150], dtype=torch.float64)[:, None]
    compare(
        lambda impl: {
            "softmax": impl.softmax(x),
            "log_softmax": impl.log_softmax(x),
            "columns": impl.softmax(x.T, axis=0),
        }
    )


@criterion("softmax.stable")
def test_small_probabilities():
    """ln p of −200 and below is no infinity."""
    x = draw(4, 5) * torch.tensor([1.0, 60.0, 100.0, 150.0], dtype=torch.float64)[:, None]
    compare(lambda impl: impl.log_softmax(x), oracle=lambda _: torch.log_softmax(x, -1))


@criterion("softmax.stable")
def test_finite():
    """Scores of ±10⁴ give finite probabilities and logarithms, at low temperatures, too."""
    x = draw(5, 7, scale=3000).clamp(-1e4, 1e4)
    finite_under(lambda impl: {"softmax": impl.softmax(x), "log_softmax": impl.log_softmax(x)})
    finite_under(lambda impl: {"softmax": impl.softmax(x, temperature=0.01), "columns": impl.softmax(x, axis=0)})


@criterion("softmax.stable")
def test_hidden_scores():
    """A score of −∞ has probability 0; the others share what there is."""
    x = draw(4, 6)
    x[0, 2] = x[1, 0] = x[1, 5] = x[3, 3] = -math.inf
    x[2, 1:] = -math.inf
    compare(
        lambda impl: {"softmax": impl.softmax(x), "log_softmax": impl.log_softmax(x), "warm": impl.softmax(x, temperature=3.0)},
        oracle=lambda _: {
            "softmax": torch.softmax(x, -1), "log_softmax": torch.log_softmax(x, -1), "warm": torch.softmax(x / 3, -1)
        },
    )  # fmt: skip


@criterion("softmax.arrays")
def test_dtype():
    """float32 in, float32 out; float64 in, float64 out."""
    x = draw(3, 4)
    dtype_kept(lambda impl: [impl.softmax(x), impl.softmax(x, axis=0, temperature=0.5), impl.log_softmax(x)], FLOATS)


@criterion("softmax.arrays")
def test_inputs():
    """x is not changed, may be a slice or a transpose, and gives the same result each time."""
    x = draw(9, 8)[::2, ::3].T

    def observe(impl, x=x):
        return [impl.softmax(x), impl.softmax(x, axis=0), impl.log_softmax(x)]

    unchanged(observe)
    repeatable(observe)
    packed = observed(lambda impl: observe(impl, x.contiguous()))
    close(observed(observe), packed, "That slices and transposes give what packed arrays give")


@criterion("softmax.arrays")
def test_whole_numbers():
    """Whole scores give what the same scores give as fractions."""
    x = draw_ints(7, 3, 5) - 3

    def observe(impl, x=x):
        return [impl.softmax(x), impl.log_softmax(x)]

    whole, fractions = observed(observe, "float64"), observed(lambda impl: observe(impl, x.double()), "float64")
    close(whole, fractions, "That whole scores give what they give as fractions", 1e-5, explain=observe)


@criterion("softmax.speed")
def test_speed():
    """Both functions in at most 9 times the CPU time of the reference, for 4096 distributions of 16."""
    faster_than(
        lambda _: None,
        lambda impl, _, x: [impl.softmax(x), impl.log_softmax(x)],
        lambda: draw(4096, 16),
        speedup=1 / 9,
    )
