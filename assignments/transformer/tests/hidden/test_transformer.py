"""The model: ids to logits, what they see, that the order of the source matters; and its attention maps."""

import torch

from autograder.checks import close, compare, criterion, draw, draw_ints, observed, require, vjp

V_SRC, V_TGT, D, HEADS, LAYERS, D_FF = 9, 7, 8, 2, 2, 12
LOGITS = "logits [B,Lt,V]"
SIZES = (V_SRC, V_TGT, D, HEADS, LAYERS, D_FF)
PROJECTIONS = ("q_proj", "k_proj", "v_proj", "out_proj")


def shapes(norm, sizes=SIZES):
    """Name → shape of everything in the state_dict."""
    v_src, v_tgt, d, _, layers, d_ff = sizes
    found = {"src_embedding.weight": (v_src, d), "tgt_embedding.weight": (v_tgt, d)}
    for stack, attentions in (("encoder", ["attention"]), ("decoder", ["self_attention", "cross_attention"])):
        for k in range(layers):
            at = f"{stack}.{k}"
            for name in attentions:
                for p in PROJECTIONS:
                    found |= {f"{at}.{name}.{p}.weight": (d, d), f"{at}.{name}.{p}.bias": (d,)}
            found |= {f"{at}.feed_forward.up.weight": (d_ff, d), f"{at}.feed_forward.up.bias": (d_ff,)}
            found |= {f"{at}.feed_forward.down.weight": (d, d_ff), f"{at}.feed_forward.down.bias": (d,)}
            for n in range(len(attentions) + 1):
                found |= {f"{at}.norm{n + 1}.weight": (d,), f"{at}.norm{n + 1}.bias": (d,)}
        if norm == "pre":
            found |= {f"{stack}_norm.weight": (d,), f"{stack}_norm.bias": (d,)}
    return found | {"output.weight": (v_tgt, d), "output.bias": (v_tgt,)}


def weights(norm):
    """A state_dict with lively logits: norms near 1, all else with variance 1 / inputs."""
    state = {}
    for name, shape in shapes(norm).items():
        is_norm = "norm" in name and name.endswith("weight")
        state[name] = 1 + draw(*shape, scale=0.3) if is_norm else draw(*shape, scale=shape[-1] ** -0.5)
    return state


def built(impl, state, norm):
    model = impl.Transformer(*SIZES, norm)
    found = {name: tuple(p.shape) for name, p in model.state_dict().items()}
    missing, extra = sorted(set(state) - set(found)), set(found) - set(state)
    call = f'Transformer(…, norm="{norm}")'
    require(not missing, f"{call} lacks {len(missing)} parameters, {', '.join(missing[:3])} among them.")
    require(not extra, f"{call} has {len(extra)} tensors more in its state_dict than asked.")
    for name, value in state.items():
        require(found[name] == tuple(value.shape), f"{name} of {call} has another shape than asked.")
    model.load_state_dict(state)
    return model


def ids(high, *shape):
    """Ids without padding."""
    return 1 + draw_ints(high - 1, *shape)


@criterion("transformer.values")
def test_logits():
    """Logits for a batch whose sources are padded, pre and post, and for sequences of one symbol."""
    src, tgt = ids(V_SRC, 3, 6), ids(V_TGT, 3, 4)
    src[1, 4:] = 0
    src[2, 1:] = 0
    for norm in ("pre", "post"):
        state = weights(norm)
        compare(
            lambda impl, state=state, norm=norm: [
                {LOGITS: built(impl, state, norm)(src, tgt)},
                {LOGITS: built(impl, state, norm)(src[:1, :1], tgt[:1, :1])},
            ],
            oracle=lambda _, state=state, norm=norm: [
                {LOGITS: by_hand(state, norm, src, tgt)},
                {LOGITS: by_hand(state, norm, src[:1, :1], tgt[:1, :1])},
            ],
        )


@criterion("transformer.values")
def test_gradients_of_all_parameters():
    """Gradients of every parameter for a random cotangent of the logits."""
    src, tgt, state, cotangent = ids(V_SRC, 2, 5), ids(V_TGT, 2, 3), weights("pre"), draw(2, 3, V_TGT)

    def observe(impl):
        found = vjp(built(impl, state, "pre"), (src, tgt), cotangent)["parameters"]
        return {"parameters": {name: found[name] for name in state if not name.endswith("k_proj.bias")}}

    compare(observe)


@criterion("transformer.values")
def test_pre_is_the_default():
    """Without the argument `norm` the model is a pre-norm one, with as many parameters as that has."""
    wanted = shapes("pre")

    def observe(impl):
        return {name: tuple(p.shape) for name, p in impl.Transformer(*SIZES).state_dict().items()}

    require(observed(observe) == wanted, "Transformer without the argument norm has not the parameters of norm='pre'.")


def positions(length, d):
    pair = torch.arange(0, d, 2, dtype=torch.float64) / d
    angle = torch.arange(length, dtype=torch.float64)[:, None] / 10000**pair
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)


def by_hand(state, norm, src, tgt):
    """The whole model from its equations, with loops over heads and torch's layer_norm."""

    def part(prefix):
        return {key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)}

    def linear(own, name, x):
        return x @ own[f"{name}.weight"].T + own[f"{name}.bias"]

    def normed(own, name, x):
        return torch.nn.functional.layer_norm(x, (D,), own[f"{name}.weight"], own[f"{name}.bias"])

    def attend(own, query, source, allowed):
        q, k, v = (linear(own, f"{p}_proj", x) for p, x in (("q", query), ("k", source), ("v", source)))
        outs = []
        for features in torch.arange(D).chunk(HEADS):
            scores = q[..., features] @ k[..., features].transpose(-2, -1) / (D / HEADS) ** 0.5
            outs.append(scores.masked_fill(~allowed, -torch.inf).softmax(-1) @ v[..., features])
        return linear(own, "out_proj", torch.cat(outs, dim=-1))

    def stack(name, x, sublayers):
        for k in range(LAYERS):
            own = part(f"{name}.{k}.")
            for n, sublayer in enumerate(sublayers):
                inner = normed(own, f"norm{n + 1}", x) if norm == "pre" else x
                x = x + sublayer(own, inner)
                x = x if norm == "pre" else normed(own, f"norm{n + 1}", x)
        return normed(state, f"{name}_norm", x) if norm == "pre" else x

    def within(own, prefix):
        return {key.removeprefix(prefix): value for key, value in own.items() if key.startswith(prefix)}

    def feed_forward(own, x):
        own = within(own, "feed_forward.")
        return linear(own, "down", linear(own, "up", x).relu())

    real, Lt = (src != 0)[:, None], tgt.shape[1]
    causal = torch.arange(Lt) <= torch.arange(Lt)[:, None]
    x = state["src_embedding.weight"][src] * D**0.5 + positions(src.shape[1], D)
    memory = stack("encoder", x, [lambda own, y: attend(within(own, "attention."), y, y, real), feed_forward])
    x = state["tgt_embedding.weight"][tgt] * D**0.5 + positions(Lt, D)
    look_back = lambda own, y: attend(within(own, "self_attention."), y, y, causal)  # noqa: E731
    look_across = lambda own, y: attend(within(own, "cross_attention."), y, memory, real)  # noqa: E731
    return linear(state, "output", stack("decoder", x, [look_back, look_across, feed_forward]))


@criterion("transformer.sees")
def test_what_the_logits_see():
    """A later target id moves nothing before it, a source id moves every row, one row of a batch no other row."""
    src, tgt, state = ids(V_SRC, 2, 5), ids(V_TGT, 2, 4), weights("pre")
    other_src, other_tgt = src.clone(), tgt.clone()
    other_src[0, 4] = 1 + src[0, 4] % (V_SRC - 1)
    other_tgt[0, 2] = 1 + tgt[0, 2] % (V_TGT - 1)

    def observe(impl):
        model = built(impl, state, "pre")
        plain = model(src, tgt)
        of_tgt, of_src = ((model(*x) - plain).abs().amax(-1) > 1e-9 for x in ((src, other_tgt), (other_src, tgt)))
        return torch.cat([of_tgt, of_src]).double()

    of_tgt, of_src = observed(observe, "float64").bool().chunk(2)
    require(not bool(of_tgt[0, :2].any()), "A later target symbol changes earlier logits.", explain=observe)
    require(bool(of_tgt[0, 2:].all()), "A target symbol does not change the logits after it.", explain=observe)
    require(bool(of_src[0].all()), "The last source symbol does not change all logits.", explain=observe)
    require(not bool(of_tgt[1].any() | of_src[1].any()), "A row of the batch changes another.", explain=observe)


@criterion("transformer.sees")
def test_padding_is_seen_by_nobody():
    """More padding behind the sources changes nothing."""
    src, tgt, state = ids(V_SRC, 2, 5), ids(V_TGT, 2, 4), weights("pre")
    src[1, 3:] = 0

    def observe(impl):
        model = built(impl, state, "pre")
        longer = torch.cat([src, torch.zeros(2, 3, dtype=torch.int64)], dim=1)
        alone = model(src[1:, :3], tgt[1:])
        return {"plain": model(src, tgt), "longer": model(longer, tgt), "alone": alone}

    seen = observed(observe, "float64")
    close(seen["longer"], seen["plain"], "That padding is seen by nobody", rtol=1e-9, explain=observe)
    close(seen["alone"], seen["plain"][1:], "That padding is seen by nobody", rtol=1e-9, explain=observe)


@criterion("transformer.sees")
def test_the_order_of_the_source_matters():
    """Another order of the same source symbols gives other logits, and so does another order of the target's."""
    src, tgt, state = torch.tensor([[3, 7, 5, 1]]), torch.tensor([[2, 6, 4]]), weights("pre")

    def observe(impl):
        model = built(impl, state, "pre")
        plain = model(src, tgt)[:, -1]
        moved = [model(src.flip(1), tgt)[:, -1], model(src, tgt[:, [1, 0, 2]])[:, -1]]
        return torch.stack([((x - plain).abs().max() > 1e-6).double() for x in moved])

    of_src, of_tgt = observed(observe, "float64").bool()
    require(bool(of_src), "The order of the source's symbols does not matter to your model.", explain=observe)
    require(bool(of_tgt), "The order of the target's symbols does not matter to your model.", explain=observe)


@criterion("maps.values")
def test_maps_of_a_known_model():
    """All maps, encoder first, then self and cross by decoder layer; pre and post."""
    src, tgt = ids(V_SRC, 1, 5), ids(V_TGT, 1, 3)
    for norm in ("pre", "post"):
        state = weights(norm)
        compare(
            lambda impl, state=state, norm=norm: [
                {"map [h,Lq,Lk]": one} for one in impl.attention_maps(built(impl, state, norm), src, tgt)
            ]
        )


@criterion("maps.values")
def test_the_model_is_as_it_was():
    """Rows sum to 1, decoder self-attention is triangular, and the model's logits are as before."""
    src, tgt, state = ids(V_SRC, 1, 5), ids(V_TGT, 1, 3), weights("pre")

    def observe(impl):
        model = built(impl, state, "pre")
        before = model(src, tgt)
        maps = list(impl.attention_maps(model, src, tgt))
        return {"before": before, "after": model(src, tgt), "maps": maps}

    seen = observed(observe)
    require(torch.equal(seen["before"], seen["after"]), "attention_maps changes what the model computes.")
    for one in seen["maps"]:
        require(bool(((one.sum(-1) - 1).abs() < 1e-4).all()), "Rows of an attention map do not sum to 1.")
        require(not one.requires_grad, "An attention map has a graph.")
    for one in seen["maps"][LAYERS::2]:
        require(not bool(one.triu(1).any()), "A map of the decoder's self-attention sees what comes later.")
