"""Multi-head attention against torch.nn.MultiheadAttention, which is not missing where this file runs."""

import torch

from autograder.checks import compare, criterion, draw, draw_ints, faster_than, observed, require, trace, vjp

OUT = "output [B,Lq,d]"
NAMES = ("q_proj", "k_proj", "v_proj", "out_proj")


def weights(d, scale=1.0):
    """A state_dict of MultiHeadAttention: no projection is like another."""
    state = {}
    for name in NAMES:
        state |= {f"{name}.weight": draw(d, d, scale=scale * d**-0.5), f"{name}.bias": draw(d, scale=scale)}
    return state


def built(impl, d, heads, state):
    module = impl.MultiHeadAttention(d, heads)
    module.load_state_dict(state)
    return module


def torchs(d, heads, state):
    """torch.nn.MultiheadAttention with the same weights."""
    judge = torch.nn.MultiheadAttention(d, heads, batch_first=True, dtype=torch.float64)
    rows = [(state[f"{name}.weight"], state[f"{name}.bias"]) for name in NAMES]
    with torch.no_grad():
        judge.in_proj_weight.copy_(torch.cat([weight for weight, _ in rows[:3]]))
        judge.in_proj_bias.copy_(torch.cat([bias for _, bias in rows[:3]]))
        judge.out_proj.weight.copy_(rows[3][0])
        judge.out_proj.bias.copy_(rows[3][1])
    return judge


def random_mask(*shape):
    mask = draw_ints(2, *shape).bool()
    mask[..., 0] = True
    return mask


@criterion("heads.values")
def test_values_for_several_numbers_of_heads():
    """d = 12 with 1, 2, 3 and 12 heads, Lq ≠ Lk; query, key and value are three tensors."""
    state, inputs = weights(12), (draw(2, 4, 12), draw(2, 7, 12), draw(2, 7, 12))
    compare(
        lambda impl: [{OUT: built(impl, 12, heads, state)(*inputs)} for heads in (1, 2, 3, 12)],
        oracle=lambda _: [{OUT: torchs(12, heads, state)(*inputs)[0].detach()} for heads in (1, 2, 3, 12)],
    )


@criterion("heads.values")
def test_one_position_and_equal_sizes():
    """One position, a batch of one, and a batch as large as the number of heads and of positions."""
    state = weights(6)
    cases = [(draw(1, 1, 6), draw(1, 1, 6), draw(1, 1, 6)), (draw(3, 3, 6), draw(3, 3, 6), draw(3, 3, 6))]
    compare(
        lambda impl: [{OUT: built(impl, 6, 3, state)(*inputs)} for inputs in cases],
        oracle=lambda _: [{OUT: torchs(6, 3, state)(*inputs)[0].detach()} for inputs in cases],
    )


@criterion("heads.mask")
def test_masks_of_both_shapes():
    """[Lq,Lk] holds for the whole batch, [B,Lq,Lk] for each sequence; also when B is the number of heads."""
    for batch, heads in ((3, 2), (2, 2)):
        state, inputs = weights(4), (draw(batch, 5, 4), draw(batch, 6, 4), draw(batch, 6, 4))
        shared, own = random_mask(5, 6), random_mask(batch, 5, 6)
        compare(
            lambda impl, s=state, x=inputs, masks=(shared, own), h=heads: [
                {OUT: built(impl, 4, h, s)(*x, mask)} for mask in masks
            ],
            oracle=lambda _, s=state, x=inputs, masks=(shared, own), h=heads: [
                {
                    OUT: torchs(4, h, s)(
                        *x, attn_mask=~(mask if mask.dim() == 2 else mask.repeat_interleave(h, dim=0))
                    )[0].detach()
                }
                for mask in masks
            ],
        )


@criterion("heads.mask")
def test_causal_is_handed_on():
    """causal=True is handed on, aligned at the bottom right."""
    state, x, few = weights(6), draw(2, 5, 6), draw(2, 2, 6)

    def hidden(Lq, Lk):
        return torch.arange(Lk) > torch.arange(Lq)[:, None] + Lk - Lq

    compare(
        lambda impl: [{OUT: built(impl, 6, 2, state)(query, x, x, causal=True)} for query in (x, few)],
        oracle=lambda _: [
            {OUT: torchs(6, 2, state)(query, x, x, attn_mask=hidden(query.shape[1], 5))[0].detach()}
            for query in (x, few)
        ],
    )


@criterion("heads.mask")
def test_a_row_that_sees_nothing():
    """Zeros before the output projection: the row is out_proj's bias."""
    state, x = weights(6), draw(2, 3, 6)
    mask = torch.ones(2, 3, 3, dtype=torch.bool)
    mask[1, 2] = False
    compare(
        lambda impl: {OUT: built(impl, 6, 2, state)(x, x, x, mask)[1, 2]},
        oracle=lambda _: {OUT: state["out_proj.bias"]},
    )


@criterion("heads.gradients")
def test_gradients():
    """Gradients of query, key, value and of all eight parameters."""
    state, inputs, cotangent = weights(6), (draw(2, 3, 6), draw(2, 5, 6), draw(2, 5, 6)), draw(2, 3, 6)

    def oracle(_):
        judge = torchs(6, 2, state)
        tensors = [x.clone().requires_grad_() for x in inputs]
        (judge(*tensors)[0] * cotangent).sum().backward()
        rows = judge.in_proj_weight.grad.chunk(3), judge.in_proj_bias.grad.chunk(3)
        of_parameters = {}
        for place, name in enumerate(NAMES[:3]):
            of_parameters |= {f"{name}.weight": rows[0][place], f"{name}.bias": rows[1][place]}
        of_parameters |= {f"out_proj.{kind}": getattr(judge.out_proj, kind).grad for kind in ("weight", "bias")}
        return {"inputs": [x.grad for x in tensors], "parameters": in_order(of_parameters)}

    def observe(impl):
        seen = vjp(built(impl, 6, 2, state), inputs, cotangent)
        return {"inputs": list(seen["inputs"]), "parameters": in_order(seen["parameters"])}

    compare(observe, oracle=oracle)


def in_order(of_parameters):
    """All but that of k_proj's bias: it is 0 but for rounding, for a number added to all scores of a row is nothing."""
    return {f"{name}.{kind}": of_parameters[f"{name}.{kind}"] for name in NAMES for kind in ("weight", "bias")
            if (name, kind) != ("k_proj", "bias")}  # fmt: skip


@criterion("heads.parameters")
def test_names_and_shapes_of_the_projections():
    """Four weights [d,d] and four biases [d]: nothing else in the state_dict."""
    wanted = {f"{name}.{kind}": ((6, 6) if kind == "weight" else (6,)) for name in NAMES for kind in ("weight", "bias")}

    def observe(impl):
        found = {name: tuple(p.shape) for name, p in impl.MultiHeadAttention(6, 2).state_dict().items()}
        missing, extra = sorted(set(wanted) - set(found)), set(found) - set(wanted)
        require(not missing, f"MultiHeadAttention(6, 2) lacks the parameters {', '.join(missing)}.")
        require(not extra, f"MultiHeadAttention(6, 2) has {len(extra)} tensors more in its state_dict than asked.")
        for name, shape in wanted.items():
            require(found[name] == shape, f"{name} of MultiHeadAttention(6, 2) should have the shape {list(shape)}.")

    observed(observe)


@criterion("heads.products")
def test_products_do_not_grow_with_the_heads():
    """A forward pass with 8 heads makes as many matrix products as one with 2, and no more than 8."""
    state, x = weights(16), draw(2, 5, 16)

    def observe(impl):
        return [trace(built(impl, 16, heads, state), x, x, x).matmuls for heads in (2, 8)]

    few, many = observed(observe)
    require(
        many <= few,
        f"With 2 heads a forward pass made {min(few, 9999)} matrix products, with 8 heads {min(many, 9999)}.",
    )
    require(many <= 8, f"A forward pass made {min(many, 9999)} matrix products; 6 are enough.")


@criterion("heads.speed")
def test_forward_pass_within_three_times_the_reference():
    """A forward pass (B = 1, L = 128, d = 32, 4 heads) takes at most three times the reference's CPU time."""
    state = weights(32)
    faster_than(
        prepare=lambda impl: built(impl, 32, 4, state),
        call=lambda impl, module, x: module(x, x, x),
        inputs=lambda: draw(1, 128, 32),
        speedup=1 / 3,
    )
