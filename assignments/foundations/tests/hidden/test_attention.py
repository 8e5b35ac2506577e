"""Hidden tests of `attention`: against torch's scaled_dot_product_attention in float64."""

import math

import torch
from torch.nn.functional import scaled_dot_product_attention

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
SIZES = (
    ((), 5, 7, 3, 4),
    ((2,), 4, 4, 4, 4),
    ((2, 3), 5, 3, 8, 2),
    ((), 1, 1, 1, 1),
    ((3,), 1, 6, 2, 5),
    ((1, 2), 7, 1, 16, 3),
)
"""(axes in front, Lq, Lk, dk, dv)."""


def draw_sequences(front, Lq, Lk, dk, dv):
    return draw(*front, Lq, dk), draw(*front, Lk, dk), draw(*front, Lk, dv)


def weights_of(q, k):
    return torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]), dim=-1)


@criterion("attention.values")
def test_outputs():
    """Outputs for single sequences and batches, with Lq ≠ Lk and dk ≠ dv."""
    cases = [draw_sequences(*sizes) for sizes in SIZES]
    compare(
        lambda impl: [impl.attention(*case)[0] for case in cases],
        oracle=lambda _: [scaled_dot_product_attention(*case) for case in cases],
    )


@criterion("attention.values")
def test_order_of_keys():
    """Keys and values may change places together; queries that do take their outputs with them."""
    q, k, v = draw_sequences((2,), 4, 6, 3, 5)
    keys, queries = (
        torch.randperm(6, generator=torch.Generator().manual_seed(int(draw_ints(1000, 1)))),
        torch.tensor([2, 0, 3, 1]),
    )
    plain, moved = observed(
        lambda impl: [impl.attention(q, k, v)[0], impl.attention(q[:, queries], k[:, keys], v[:, keys])[0]], "float64"
    )
    close(moved, plain[:, queries], "That outputs follow their queries, and no order of the keys matters", 1e-9)


@criterion("attention.weights")
def test_weights():
    """Weights for single sequences and batches."""
    cases = [draw_sequences(*sizes) for sizes in SIZES]
    compare(
        lambda impl: [impl.attention(*case)[1] for case in cases],
        oracle=lambda _: [weights_of(q, k) for q, k, _ in cases],
    )


@criterion("attention.weights")
def test_each_query_has_a_distribution():
    """The weights of every query sum to 1 over the keys; a zero query looks at all of them alike."""
    q, k, v = draw_sequences((2,), 5, 4, 3, 2)
    q[0, 1] = 0
    weights = observed(lambda impl: impl.attention(q, k, v)[1], "float64")
    close(weights.sum(dim=-1), torch.ones(2, 5), "That the weights of each query sum to 1", 1e-9)
    require(bool(((weights[0, 1] - 0.25).abs() < 1e-12).all()), "A query of zeros does not look at all keys alike.")


@criterion("attention.stable")
def test_large_scores():
    """Scores of a few hundred, of both signs."""
    q, k, v = draw_sequences((2,), 5, 6, 4, 3)
    q = q * torch.tensor([1.0, 40, 100, 10, 200], dtype=torch.float64)[:, None]
    k = torch.cat([k[..., :3], k[..., 3:] * 0 + 2], dim=-1)
    q[0, :, 3], q[1, :, 3] = 150, -150
    compare(lambda impl: list(impl.attention(q, k, v)))


@criterion("attention.stable")
def test_finite():
    """Scores of ±10⁴ give finite weights and outputs."""
    q, k, v = draw_sequences((2,), 5, 6, 4, 3)
    finite_under(lambda impl: dict(zip(("output", "weights"), impl.attention(q * 3000, k, v), strict=True)))


@criterion("attention.arrays")
def test_dtype():
    """float32 in, float32 out; float64 in, float64 out."""
    case = draw_sequences((2,), 4, 3, 5, 2)
    dtype_kept(lambda impl: list(impl.attention(*case)), FLOATS)


@criterion("attention.arrays")
def test_inputs():
    """q, k and v are not changed, may be slices or transposes, and give the same each time."""
    q, k, v = draw(8, 9)[::2, ::3], draw(3, 7).T, draw(14, 4)[::2, ::2]

    def observe(impl, q=q, k=k, v=v):
        return list(impl.attention(q, k, v))

    unchanged(observe)
    repeatable(observe)
    packed = observed(lambda impl: observe(impl, q.contiguous(), k.contiguous(), v.contiguous()), "float64")
    close(observed(observe, "float64"), packed, "That slices and transposes give what packed arrays give")


@criterion("attention.arrays")
def test_whole_numbers():
    """Whole numbers give what they give as fractions."""
    arrays = draw_ints(4, 3, 5) - 1, draw_ints(4, 6, 5) - 1, draw_ints(9, 6, 2)

    def observe(impl, arrays=arrays):
        return list(impl.attention(*arrays))

    real = [array.double() for array in arrays]
    whole, fractions = observed(observe, "float64"), observed(lambda impl: observe(impl, real), "float64")
    close(whole, fractions, "That whole numbers give what they give as fractions", 1e-5, explain=observe)


@criterion("attention.speed")
def test_speed():
    """At most 4 times the CPU time of the reference: 16 batches of 16 heads, 8 queries and keys."""
    faster_than(
        lambda _: None,
        lambda impl, _, x: impl.attention(*x),
        lambda: (draw(16, 16, 8, 4), draw(16, 16, 8, 4), draw(16, 16, 8, 4)),
        speedup=1 / 4,
    )
