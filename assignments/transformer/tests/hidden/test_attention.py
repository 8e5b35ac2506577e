"""Scaled dot-product attention: values, masks, causality, gradients and the arithmetic."""

import math

import torch
from torch.nn.functional import scaled_dot_product_attention as torchs_own

from autograder.checks import (
    close,
    compare,
    criterion,
    draw,
    draw_ints,
    draw_size,
    dtype_kept,
    finite_under,
    observed,
    poison,
    require,
    unchanged,
    vjp,
)

OUT, WEIGHTS = "out [...,Lq,dv]", "weights [...,Lq,Lk]"


def qkv(*leading, Lq=4, Lk=7, dk=5, dv=3, scale=1.0):
    return draw(*leading, Lq, dk, scale=scale), draw(*leading, Lk, dk), draw(*leading, Lk, dv)


def named(result):
    out, weights = result
    return {OUT: out, WEIGHTS: weights}


def definition(q, k, v, allowed=None):
    """(out, weights) written as the definition, row by row of a row softmax; empty rows give zeros."""
    scores = torch.einsum("...id,...jd->...ij", q, k) / q.shape[-1] ** 0.5
    if allowed is None:
        allowed = torch.ones(scores.shape, dtype=torch.bool)
    exponentials = torch.where(allowed, torch.exp(scores - scores.amax(-1, keepdim=True)), torch.zeros_like(scores))
    weights = exponentials / exponentials.sum(-1, keepdim=True).clamp(min=1e-300)
    return torch.einsum("...ij,...jd->...id", weights, v), weights


def random_mask(*shape):
    """True = may attend; every row may attend to something, and every row has something hidden."""
    mask = draw_ints(2, *shape).bool()
    first = draw_ints(shape[-1] - 1, *shape[:-1])[..., None]
    mask.scatter_(-1, first, True)
    return mask.scatter_(-1, first + 1, False)


# ── values ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@criterion("attention.values")
def test_the_formula():
    """out and weights for a batch with heads, Lq ≠ Lk and dv ≠ dk."""
    inputs = qkv(2, 3, Lq=draw_size(3, 5))
    compare(lambda impl: named(impl.scaled_dot_product_attention(*inputs)), oracle=lambda _: named(definition(*inputs)))


@criterion("attention.values")
def test_any_number_of_leading_axes():
    """No leading axis at all, one, and three; a square where wrong axes would not show in the shape."""
    shapes = [qkv(), qkv(3), qkv(2, 1, 3), qkv(5, 5, Lq=5, Lk=5, dk=5, dv=5)]
    compare(
        lambda impl: [named(impl.scaled_dot_product_attention(*x)) for x in shapes],
        oracle=lambda _: [named(definition(*x)) for x in shapes],
    )


@criterion("attention.values")
def test_sizes_one():
    """One query, one key and width one."""
    alone, narrow = qkv(2, Lq=1, Lk=1), qkv(2, Lq=3, Lk=11, dk=1, dv=1)
    compare(
        lambda impl: [named(impl.scaled_dot_product_attention(*x)) for x in (alone, narrow)],
        oracle=lambda _: [named(definition(*x)) for x in (alone, narrow)],
    )


@criterion("attention.values")
def test_order_of_keys_and_queries():
    """Permuted keys and values change nothing, permuted queries permute the rows."""
    q, k, v = qkv(2)
    rows, columns = torch.randperm(4, generator=seeded()), torch.randperm(7, generator=seeded())

    def observe(impl):
        plain = impl.scaled_dot_product_attention(q, k, v)[0]
        mixed = impl.scaled_dot_product_attention(q[:, rows], k[:, columns], v[:, columns])[0]
        return {"plain": plain[:, rows], "mixed": mixed}

    seen = observed(observe, "float64")
    close(
        seen["mixed"], seen["plain"], "That attention does not know the order of its keys", rtol=1e-9, explain=observe
    )


def seeded():
    return torch.Generator().manual_seed(int(draw_ints(2**31)))


# ── masks ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@criterion("attention.mask")
def test_masks_of_several_shapes():
    """Masks [Lq,Lk], [B,1,Lq,Lk] and [B,1,1,Lk]: True may attend; hidden weights are 0 and rows sum to 1."""
    q, k, v = qkv(2, 3)
    masks = [random_mask(4, 7), random_mask(2, 1, 4, 7), random_mask(2, 1, 1, 7)]
    compare(
        lambda impl: [named(impl.scaled_dot_product_attention(q, k, v, mask)) for mask in masks],
        oracle=lambda _: [named(definition(q, k, v, mask)) for mask in masks],
    )


@criterion("attention.mask")
def test_mask_without_leading_axes():
    """A mask [Lq,Lk] for q [Lq,dk], and torch's own attention agrees."""
    (q, k, v), mask = qkv(Lq=7), random_mask(7, 7)
    compare(
        lambda impl: {OUT: impl.scaled_dot_product_attention(q, k, v, mask=mask)[0]},
        oracle=lambda _: {OUT: torchs_own(q[None], k[None], v[None], attn_mask=mask)[0]},
    )


@criterion("attention.mask")
def test_hidden_keys_and_values_do_not_matter():
    """A change of 10⁹ in hidden keys or in hidden values changes nothing."""
    q, k, v = qkv(2)
    mask = torch.ones(4, 7, dtype=torch.bool)
    mask[:, 3] = mask[:, 6] = False
    hidden = (slice(None), [3, 6])
    for place, x in (("values", v), ("keys", k)):
        poison(
            lambda impl, moved, place=place: impl.scaled_dot_product_attention(
                q, *((k, moved) if place == "values" else (moved, v)), mask=mask
            ),
            x,
            where=hidden,
            watch=lambda result: result,
            what=f"Hidden {place} have weight 0",
        )


@criterion("attention.mask")
def test_a_mask_holds_whatever_the_scores():
    """Where all scores that are allowed are near −2·10⁴, or near −10¹², what is hidden has weight 0 still."""
    mask = torch.tensor([True, False, True, True, False])
    v, moved = draw(5, 3), draw(5, 3)
    moved[mask] = v[mask]
    for size in (4e4, 2e12):
        q = torch.tensor([[-size, 0.0, 0.0, 0.0]], dtype=torch.float64)  # scores of −size/2 where k is 1
        k = torch.zeros(5, 4, dtype=torch.float64)
        k[mask, 0] = 1.0

        def observe(impl, q=q, k=k):
            out, weights = impl.scaled_dot_product_attention(q, k, v, mask)
            other, _ = impl.scaled_dot_product_attention(q, k, moved, mask)
            return {"hidden weights": weights[:, ~mask], "change of out": other - out}

        for dtype in ("float64", "float32"):
            seen = observed(observe, dtype)
            require(
                all(bool((value.abs() < 1e-9).all()) for value in seen.values()),
                "Where all scores that are allowed are very low, hidden keys get weight.",
                explain=observe,
            )


# ── causal ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def lower(Lq, Lk):
    """True at j ≤ i + Lk − Lq."""
    return torch.arange(Lk) <= torch.arange(Lq)[:, None] + Lk - Lq


@criterion("attention.causal")
def test_square_causal():
    """As many queries as keys: a position sees itself and what is before it."""
    inputs = qkv(2, 3, Lq=6, Lk=6)
    compare(
        lambda impl: named(impl.scaled_dot_product_attention(*inputs, causal=True)),
        oracle=lambda _: named(definition(*inputs, lower(6, 6))),
    )


@criterion("attention.causal")
def test_fewer_queries_than_keys():
    """The queries are the last ones: a single query sees all keys, the first of three sees all but two."""
    one, three = qkv(2, Lq=1, Lk=5), qkv(2, Lq=3, Lk=7)
    compare(
        lambda impl: [named(impl.scaled_dot_product_attention(*x, causal=True)) for x in (one, three)],
        oracle=lambda _: [named(definition(*one)), named(definition(*three, lower(3, 7)))],
    )


@criterion("attention.causal")
def test_the_future_does_not_matter():
    """A change of 10⁹ in the last key and value leaves all rows but the last."""
    q, k, v = qkv(2, Lq=5, Lk=5)
    for name in "kv":
        poison(
            lambda impl, x, name=name: impl.scaled_dot_product_attention(
                q, *((x, v) if name == "k" else (k, x)), causal=True
            ),
            k if name == "k" else v,
            where=(slice(None), 4),
            watch=lambda result: result[0][:, :4],
            what="What comes later does not matter",
        )


@criterion("attention.causal")
def test_causal_and_a_mask():
    """With a mask as well, both must allow."""
    inputs = qkv(2, Lq=5, Lk=6)
    mask = random_mask(2, 5, 6)
    mask[..., 0] = True
    compare(
        lambda impl: named(impl.scaled_dot_product_attention(*inputs, mask=mask, causal=True)),
        oracle=lambda _: named(definition(*inputs, mask & lower(5, 6))),
    )


# ── empty rows ───────────────────────────────────────────────────────────────────────────────────────────────────────


@criterion("attention.empty")
def test_rows_that_see_nothing():
    """Rows without an allowed key have output 0 and weights 0; the other rows are as ever."""
    q, k, v = qkv(2)
    mask = random_mask(2, 4, 7)
    mask[0, 2] = mask[1, 0] = False
    compare(
        lambda impl: named(impl.scaled_dot_product_attention(q, k, v, mask)),
        oracle=lambda _: named(definition(q, k, v, mask)),
    )


@criterion("attention.empty")
def test_more_queries_than_keys():
    """Causal with Lq > Lk: the first Lq − Lk rows come before all keys and give zeros."""
    inputs = qkv(2, Lq=6, Lk=4)
    compare(
        lambda impl: named(impl.scaled_dot_product_attention(*inputs, causal=True)),
        oracle=lambda _: named(definition(*inputs, lower(6, 4))),
    )


@criterion("attention.empty")
def test_gradients_beside_empty_rows():
    """Gradients of q, k and v are those of the other rows alone, and no NaN comes from an empty one."""
    inputs, cotangent = qkv(Lq=4, Lk=5), draw(4, 3)
    mask = random_mask(4, 5)
    mask[1] = False
    seen = torch.tensor([0, 2, 3])

    def oracle(_):
        q, k, v = (x.clone().requires_grad_() for x in inputs)
        out = definition(q[seen], k, v, mask[seen])[0]
        gradients = torch.autograd.grad(out, (q, k, v), cotangent[seen])
        return {f"gradient of {name}": g for name, g in zip("qkv", gradients, strict=True)}

    def observe(impl):
        gradients = vjp(impl.scaled_dot_product_attention, (*inputs, mask), (cotangent, None))["inputs"]
        return {f"gradient of {name}": g for name, g in zip("qkv", gradients[:3], strict=True)}

    compare(observe, oracle=oracle)


# ── gradients ────────────────────────────────────────────────────────────────────────────────────────────────────────


@criterion("attention.gradients")
def test_gradients_from_the_output():
    """Gradients of q, k and v for a random cotangent of the output."""
    inputs, cotangent = qkv(2), (draw(2, 4, 3), None)
    compare(lambda impl: vjp(impl.scaled_dot_product_attention, inputs, cotangent)["inputs"])


@criterion("attention.gradients")
def test_gradients_from_the_weights():
    """Gradients of q and k for a random cotangent of the weights, with a mask and causal."""
    inputs, cotangent = qkv(2, Lq=5), (None, draw(2, 5, 7))
    mask = random_mask(5, 7)
    mask[:, 0] = True
    compare(lambda impl: vjp(impl.scaled_dot_product_attention, (*inputs, mask), cotangent, causal=True)["inputs"][:2])


# ── arithmetic ───────────────────────────────────────────────────────────────────────────────────────────────────────


@criterion("attention.stable")
def test_large_scores():
    """Scores of ±10⁴ give finite outputs, weights and gradients."""
    inputs, cotangent = qkv(2, scale=2e4), (draw(2, 4, 3), draw(2, 4, 7))
    finite_under(lambda impl: vjp(impl.scaled_dot_product_attention, inputs, cotangent))


@criterion("attention.stable")
def test_rows_that_are_far_apart():
    """A row with scores near +1000, one near −1000, and another batch near +3000: each has the softmax of its own."""
    q, k, v = draw(2, 3, 4), torch.cat([draw(2, 5, 3), torch.ones(2, 5, 1, dtype=torch.float64)], dim=-1), draw(2, 5, 3)
    shift = torch.tensor([[1000.0, -1000.0, 0.0], [3000.0, -3000.0, 100.0]], dtype=torch.float64)
    q[..., 3] = 2 * shift  # √dk is 2, and the last feature of every key is 1
    plain = q.clone()
    plain[..., 3] = 0

    def observe(impl):
        return named(impl.scaled_dot_product_attention(q, k, v))

    close(
        observed(observe, "float64"),
        named(definition(plain, k, v)),
        "That each row has the softmax of its own scores, whatever those of other rows",
        explain=observe,
    )
    finite_under(observe)


@criterion("attention.dtype")
def test_dtype_is_kept():
    """float32, float64 and bfloat16 inputs give outputs and weights of the same dtype, with a mask and without."""
    inputs, mask = qkv(2), random_mask(4, 7)
    mask[:, 0] = True
    dtype_kept(lambda impl: impl.scaled_dot_product_attention(*inputs))
    dtype_kept(lambda impl: impl.scaled_dot_product_attention(*inputs, mask=mask, causal=True))


@criterion("attention.dtype")
def test_float16_with_a_mask():
    """float16 inputs work, with a mask as well: no number is used that float16 does not have."""
    inputs, mask = qkv(2), random_mask(4, 7)
    compare(lambda impl: named(impl.scaled_dot_product_attention(*inputs, mask=mask)), dtypes=("float16",))


@criterion("attention.inputs")
def test_inputs_are_not_changed():
    """q, k, v and the mask are the same after the call as before."""
    inputs, mask = qkv(2), random_mask(4, 7)
    mask[:, 0] = True
    mask[0, -1] = True  # hidden by causal
    unchanged(lambda impl: impl.scaled_dot_product_attention(*inputs))
    unchanged(lambda impl: impl.scaled_dot_product_attention(*inputs, mask, causal=True))


@criterion("attention.inputs")
def test_strided_inputs():
    """Inputs that are slices of larger tensors give the same result as packed ones."""
    inputs, mask = qkv(2), random_mask(2, 4, 7)
    strided = observed(
        lambda impl: impl.scaffold.with_strided_inputs(impl.scaled_dot_product_attention, *inputs, mask=mask)
    )
    close(
        strided,
        observed(lambda impl: impl.scaled_dot_product_attention(*inputs, mask=mask)),
        "That strided and packed inputs give the same result",
        rtol=1e-5,
    )
    require(math.isfinite(float(strided[0].sum())), "Strided inputs give NaN.")
