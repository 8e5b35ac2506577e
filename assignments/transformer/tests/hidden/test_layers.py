"""Encoder and decoder layers against torch.nn's, which are not missing where this file runs."""

import torch

from autograder.checks import compare, criterion, draw, draw_ints, require, unchanged, vjp

OUT = "output [B,L,d]"
D, HEADS, D_FF = 6, 2, 10
PROJECTIONS = ("q_proj", "k_proj", "v_proj", "out_proj")
OF_TORCH = {"attention": "self_attn", "self_attention": "self_attn", "cross_attention": "multihead_attn"}


def attention_weights(name):
    shapes = {f"{name}.{p}.{kind}": (D, D) if kind == "weight" else (D,) for p in PROJECTIONS for kind in KINDS}
    return {key: draw(*shape, scale=D**-0.5) for key, shape in shapes.items()}


KINDS = ("weight", "bias")


def layer_weights(attentions):
    """A state_dict of a layer with these attentions: no part is like another."""
    state = {}
    for name in attentions:
        state |= attention_weights(name)
    state |= {"feed_forward.up.weight": draw(D_FF, D, scale=0.5), "feed_forward.up.bias": draw(D_FF)}
    state |= {"feed_forward.down.weight": draw(D, D_FF, scale=0.5), "feed_forward.down.bias": draw(D)}
    for k in range(len(attentions) + 1):
        state |= {f"norm{k + 1}.weight": 1 + draw(D, scale=0.3), f"norm{k + 1}.bias": draw(D, scale=0.3)}
    return state


def encoder_weights():
    return layer_weights(["attention"])


def decoder_weights():
    return layer_weights(["self_attention", "cross_attention"])


def as_torchs(state):
    """The same weights under the names of torch.nn.TransformerEncoderLayer and -DecoderLayer."""
    renamed = {}
    for name in {key.split(".")[0] for key in state if "attention" in key}:
        for kind in KINDS:
            rows = torch.cat([state[f"{name}.{p}.{kind}"] for p in PROJECTIONS[:3]])
            renamed[f"{OF_TORCH[name]}.in_proj_{kind}"] = rows
            renamed[f"{OF_TORCH[name]}.out_proj.{kind}"] = state[f"{name}.out_proj.{kind}"]
    for kind in KINDS:
        renamed |= {f"linear1.{kind}": state[f"feed_forward.up.{kind}"]}
        renamed |= {f"linear2.{kind}": state[f"feed_forward.down.{kind}"]}
    return renamed | {key: value for key, value in state.items() if key.startswith("norm")}


def torchs(kind, state, norm):
    make = getattr(torch.nn, f"Transformer{kind}Layer")
    judge = make(D, HEADS, D_FF, dropout=0.0, batch_first=True, norm_first=norm == "pre", dtype=torch.float64)
    judge.load_state_dict(as_torchs(state))
    return judge


def built(impl, kind, state, norm):
    layer = getattr(impl, f"{kind}Layer")(D, HEADS, D_FF, norm)
    found = {name: tuple(p.shape) for name, p in layer.state_dict().items()}
    missing, extra = sorted(set(state) - set(found)), set(found) - set(state)
    require(not missing, f"{kind}Layer({D}, {HEADS}, {D_FF}) lacks the parameters {', '.join(missing[:4])}.")
    require(not extra, f"{kind}Layer({D}, {HEADS}, {D_FF}) has {len(extra)} tensors more in its state_dict than asked.")
    layer.load_state_dict(state)
    return layer


def random_mask(*shape):
    mask = draw_ints(2, *shape).bool()
    mask[..., 0] = True
    return mask


def each_head(mask):
    """A mask [B,Lq,Lk] of ours as torch wants it: [B·heads,Lq,Lk], True = hidden."""
    return ~mask.repeat_interleave(HEADS, dim=0)


@criterion("layers.encoder")
def test_encoder_layer():
    """Pre and post, with masks of both shapes and without."""
    state, x, shared, own = encoder_weights(), draw(3, 5, D), random_mask(5, 5), random_mask(3, 5, 5)
    for norm in ("pre", "post"):
        compare(
            lambda impl, norm=norm: [
                {OUT: built(impl, "Encoder", state, norm)(x, *mask)} for mask in ((), (shared,), (own,))
            ],
            oracle=lambda _, norm=norm: [
                {OUT: torchs("Encoder", state, norm)(x, src_mask=mask).detach()}
                for mask in (None, ~shared, each_head(own))
            ],
        )


@criterion("layers.encoder")
def test_encoder_is_pre_by_default():
    """Without the argument `norm`, an encoder layer normalises before its sublayers."""
    state, x = encoder_weights(), draw(1, 3, D)

    def observe(impl):
        layer = impl.EncoderLayer(D, HEADS, D_FF)
        layer.load_state_dict(state)
        return {OUT: layer(x)}

    compare(observe)


@criterion("layers.decoder")
def test_decoder_is_pre_by_default():
    """Without the argument `norm`, a decoder layer normalises before its sublayers."""
    state, x = decoder_weights(), draw(1, 3, D)

    def observe(impl):
        layer = impl.DecoderLayer(D, HEADS, D_FF)
        layer.load_state_dict(state)
        return {OUT: layer(x, x)}

    compare(observe)


def later(L):
    """True = hidden, as torch wants it."""
    return torch.ones(L, L, dtype=torch.bool).triu(1)


@criterion("layers.decoder")
def test_decoder_layer():
    """Pre and post: causal self-attention, cross-attention to a memory of another length, with masks and without."""
    state, x, memory = decoder_weights(), draw(3, 4, D), draw(3, 7, D)
    shared, own = random_mask(4, 7), random_mask(3, 4, 7)
    for norm in ("pre", "post"):
        compare(
            lambda impl, norm=norm: [
                {OUT: built(impl, "Decoder", state, norm)(x, memory, *mask)} for mask in ((), (shared,), (own,))
            ],
            oracle=lambda _, norm=norm: [
                {OUT: torchs("Decoder", state, norm)(x, memory, tgt_mask=later(4), memory_mask=mask).detach()}
                for mask in (None, ~shared, each_head(own))
            ],
        )


@criterion("layers.decoder")
def test_one_position_and_a_memory_of_one():
    """Lt = 1 and Ls = 1."""
    state, x, memory = decoder_weights(), draw(2, 1, D), draw(2, 1, D)
    compare(
        lambda impl: {OUT: built(impl, "Decoder", state, "pre")(x, memory)},
        oracle=lambda _: {OUT: torchs("Decoder", state, "pre")(x, memory).detach()},
    )


@criterion("layers.gradients")
def test_gradients_of_both_layers():
    """Gradients of x, of the memory and of all parameters, pre and post."""
    x, memory, cotangent = draw(2, 3, D), draw(2, 4, D), draw(2, 3, D)
    cases = [("Encoder", encoder_weights(), (x,)), ("Decoder", decoder_weights(), (x, memory))]

    def observe(impl):
        seen = []
        for kind, state, inputs in cases:
            for norm in ("pre", "post"):
                result = vjp(built(impl, kind, state, norm), inputs, cotangent)
                parameters = {name: result["parameters"][name] for name in state if not is_nothing(name)}
                seen.append({"inputs": list(result["inputs"][: len(inputs)]), "parameters": parameters})
        return seen

    compare(observe)


def is_nothing(name):
    """The gradient of k_proj.bias is 0 but for rounding."""
    return name.endswith("k_proj.bias")


@criterion("layers.gradients")
def test_layers_leave_their_inputs():
    """x and the memory are the same after a call as before."""
    state, x, memory = decoder_weights(), draw(2, 3, D), draw(2, 4, D)
    unchanged(lambda impl: built(impl, "Decoder", state, "pre")(x, memory))
