"""Hidden tests of `descent`: trajectories on given landscapes."""

import torch

from autograder.checks import (
    close,
    compare,
    criterion,
    draw,
    draw_ints,
    dtype_kept,
    observed,
    repeatable,
    require,
    unchanged,
)

FLOATS = ("float32", "float64")


def walk(gradient, x, lr, steps):
    """Rows of x ← x − lr · gradient(x)."""
    rows = [x]
    for _ in range(steps):
        rows.append(rows[-1] - lr * gradient(rows[-1]))
    return torch.stack(rows)


def curvatures(x):
    return torch.arange(1, len(x) + 1, dtype=torch.float64) * x


def waves(x):
    return x - torch.sin(2 * x) / 2


@criterion("descent.trajectory")
def test_trajectories():
    """All places on two landscapes, in 1 to 7 dimensions and 1 to 20 steps."""
    cases = [(draw(3), 0.1, 7), (draw(1), 0.3, 20), (draw(7), 0.02, 11), (draw(2), 0.25, 1)]
    compare(
        lambda impl: [
            [impl.gradient_descent(impl.scaffold.valley_gradient, *case), impl.gradient_descent(impl.scaffold.waves_gradient, *case)]
            for case in cases
        ],
        oracle=lambda _: [[walk(curvatures, *case), walk(waves, *case)] for case in cases],
    )  # fmt: skip


@criterion("descent.trajectory")
def test_no_steps():
    """steps = 0 visits one place: x0."""
    x0 = draw(4)
    compare(lambda impl: impl.gradient_descent(impl.scaffold.square_gradient, x0, 0.1, 0), oracle=lambda _: x0[None])


@criterion("descent.rate")
def test_rates():
    """On f = x² row t is (1 − 2·lr)ᵗ x0: shrinking, at once, alternating, growing."""
    x0, rates, steps = draw(3), (0.05, 0.1, 0.5, 0.75, 0.9, 1.1, 1.5), 12
    powers = torch.arange(steps + 1, dtype=torch.float64)[:, None]
    compare(
        lambda impl: [impl.gradient_descent(impl.scaffold.square_gradient, x0, lr, steps) for lr in rates],
        oracle=lambda _: [(1 - 2 * torch.tensor(lr, dtype=torch.float64)) ** powers * x0 for lr in rates],
    )


@criterion("descent.rate")
def test_runs_away():
    """From far away and with a large rate it runs away, as the factor says; from the lowest place it does not move."""
    x0 = 1000 * (1 + draw(2).abs())
    far, still = observed(
        lambda impl: [
            impl.gradient_descent(impl.scaffold.square_gradient, x0, 2.0, 8),
            impl.gradient_descent(impl.scaffold.square_gradient, 0 * x0, 0.1, 3),
        ],
        "float64",
    )
    close(far[-1], (-3.0) ** 8 * x0, "A factor of −3 in each of 8 steps", 1e-9)
    require(bool((still == 0).all()), "It leaves the lowest place, where the gradient is 0.")


@criterion("descent.arrays")
def test_dtype():
    """float32 in, float32 out; float64 in, float64 out."""
    x0 = draw(3)
    dtype_kept(lambda impl: impl.gradient_descent(impl.scaffold.valley_gradient, x0, 0.1, 4), FLOATS)


@criterion("descent.arrays")
def test_inputs():
    """x0 is not changed, may be a slice, and gives the same each time."""
    x0 = draw(9)[::2]

    def observe(impl, x0=x0):
        return impl.gradient_descent(impl.scaffold.valley_gradient, x0, 0.1, 4)

    unchanged(observe)
    repeatable(observe)
    close(
        observed(observe),
        observed(lambda impl: observe(impl, x0.contiguous())),
        "That slices give what packed arrays give",
    )


@criterion("descent.arrays")
def test_whole_numbers():
    """From whole numbers on the places are fractions."""
    x0 = draw_ints(9, 3) + 1

    def observe(impl, x0=x0):
        return impl.gradient_descent(impl.scaffold.square_gradient, x0, 0.1, 5)

    whole, fractions = observed(observe, "float64"), observed(lambda impl: observe(impl, x0.double()), "float64")
    close(whole, fractions, "That whole numbers give what they give as fractions", explain=observe)
