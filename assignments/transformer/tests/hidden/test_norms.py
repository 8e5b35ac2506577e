"""Normalisation, and the feed-forward blocks."""

import torch
from torch.nn.functional import layer_norm, rms_norm

from autograder.checks import compare, criterion, draw, dtype_kept, observed, require, unchanged, vjp

Y = "y [...,d]"
D = 7


def norm(impl, name, state, eps=None):
    d = len(state["weight"])
    module = getattr(impl, name)(d) if eps is None else getattr(impl, name)(d, eps=eps)
    module.load_state_dict(state)
    return module


def affine(d=D):
    return {"weight": draw(d), "bias": draw(d)}


def demand_state(impl, name, wanted):
    """Names, shapes and first values of the parameters of a norm."""
    found = dict(getattr(impl, name)(D).state_dict())
    require(set(found) == set(wanted), f"{name}({D}) has other parameters than {' and '.join(wanted)}.")
    for parameter, first in wanted.items():
        value = found[parameter]
        require(tuple(value.shape) == (D,), f"{parameter} of {name}({D}) should have the shape [{D}].")
        require(bool((value == first).all()), f"{parameter} of {name} should be {first} before training.")


# ── LayerNorm ────────────────────────────────────────────────────────────────────────────────────────────────────────


@criterion("norms.layernorm")
def test_layernorm():
    """Values and gradients of x, weight and bias, with two leading axes."""
    state, x, cotangent = affine(), draw(2, 3, D, scale=2.0) + 1, draw(2, 3, D)

    def oracle(_):
        tensors = [t.clone().requires_grad_() for t in (x, state["weight"], state["bias"])]
        y = layer_norm(tensors[0], (D,), *tensors[1:], eps=1e-5)
        of_x, of_weight, of_bias = torch.autograd.grad(y, tensors, cotangent)
        return {Y: y.detach(), "x": of_x, "weight": of_weight, "bias": of_bias}

    def observe(impl):
        seen = vjp(norm(impl, "LayerNorm", state), (x,), cotangent)
        own = seen["parameters"]
        return {Y: seen["outputs"].detach(), "x": seen["inputs"][0], "weight": own["weight"], "bias": own["bias"]}

    compare(observe, oracle=oracle)


@criterion("norms.layernorm")
def test_eps_of_layernorm():
    """eps stands inside the root: tiny inputs, a constant vector, and another eps."""
    state, tiny, level = affine(), draw(3, D, scale=2e-3), torch.full((1, D), 3.0, dtype=torch.float64)

    def results(call):
        return [{Y: call(tiny, 1e-5)}, {Y: call(level, 1e-5)}, {Y: call(100 * tiny, 0.25)}]

    compare(
        lambda impl: results(lambda x, eps: norm(impl, "LayerNorm", state, None if eps == 1e-5 else eps)(x)),
        oracle=lambda _: results(lambda x, eps: layer_norm(x, (D,), *state.values(), eps=eps)),
    )


@criterion("norms.layernorm")
def test_layernorm_of_one_token_and_of_many_axes():
    """No leading axis, three of them, and the parameters as they are at first."""
    state, one, many = affine(), draw(D), draw(2, 1, 3, D)
    compare(
        lambda impl: [{Y: norm(impl, "LayerNorm", state)(x)} for x in (one, many)],
        oracle=lambda _: [{Y: layer_norm(x, (D,), *state.values())} for x in (one, many)],
    )
    observed(lambda impl: demand_state(impl, "LayerNorm", {"weight": 1, "bias": 0}))


# ── RMSNorm ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@criterion("norms.rms")
def test_rmsnorm():
    """Values and gradients of x and weight; the mean is not taken away."""
    state, x, cotangent = {"weight": draw(D)}, draw(2, 3, D, scale=2.0) + 1, draw(2, 3, D)

    def oracle(_):
        tensors = [t.clone().requires_grad_() for t in (x, state["weight"])]
        y = rms_norm(tensors[0], (D,), tensors[1], eps=1e-5)
        of_x, of_weight = torch.autograd.grad(y, tensors, cotangent)
        return {Y: y.detach(), "x": of_x, "weight": of_weight}

    def observe(impl):
        seen = vjp(norm(impl, "RMSNorm", state), (x,), cotangent)
        return {Y: seen["outputs"].detach(), "x": seen["inputs"][0], "weight": seen["parameters"]["weight"]}

    compare(observe, oracle=oracle)


@criterion("norms.rms")
def test_eps_of_rmsnorm():
    """eps stands inside the root: tiny inputs, zeros, and another eps."""
    state, tiny, zeros = {"weight": draw(D)}, draw(3, D, scale=2e-3), torch.zeros(1, D, dtype=torch.float64)

    def results(call):
        return [{Y: call(tiny, 1e-5)}, {Y: call(zeros, 1e-5)}, {Y: call(100 * tiny, 0.25)}]

    compare(
        lambda impl: results(lambda x, eps: norm(impl, "RMSNorm", state, None if eps == 1e-5 else eps)(x)),
        oracle=lambda _: results(lambda x, eps: rms_norm(x, (D,), state["weight"], eps=eps)),
    )


@criterion("norms.rms")
def test_rmsnorm_of_one_token_and_of_many_axes():
    """No leading axis, three of them, and the weight as it is at first."""
    state, one, many = {"weight": draw(D)}, draw(D), draw(2, 1, 3, D)
    compare(
        lambda impl: [{Y: norm(impl, "RMSNorm", state)(x)} for x in (one, many)],
        oracle=lambda _: [{Y: rms_norm(x, (D,), state["weight"], eps=1e-5)} for x in (one, many)],
    )
    observed(lambda impl: demand_state(impl, "RMSNorm", {"weight": 1}))


# ── arithmetic ───────────────────────────────────────────────────────────────────────────────────────────────────────


def both(impl, x, state):
    rms = norm(impl, "RMSNorm", {"weight": state["weight"]})(x)
    return {"LayerNorm [B,d]": norm(impl, "LayerNorm", state)(x), "RMSNorm [B,d]": rms}


@criterion("norms.half")
def test_float16_whose_squares_overflow():
    """float16 inputs of a few hundred: their squares are beyond 65504, the result is not."""
    state, x = affine(16), draw(3, 16, scale=600.0)
    compare(lambda impl: both(impl, x, state), dtypes=("float16",))


@criterion("norms.half")
def test_float16_whose_squares_vanish():
    """float16 inputs of 10⁻³, whose squares are near 10⁻⁶: eps and they add up rightly."""
    state, x = affine(16), draw(3, 16, scale=1e-3)
    compare(lambda impl: both(impl, x, state), dtypes=("float16",))


@criterion("norms.half")
def test_dtype_of_norms():
    """bfloat16, float32 and float64 come back as they were, and in bfloat16 the values are right."""
    state, x = affine(16), draw(3, 16)
    dtype_kept(lambda impl: both(impl, x, state))
    compare(lambda impl: both(impl, x, state), dtypes=("bfloat16",))


@criterion("norms.stable")
def test_large_mean():
    """A mean of 3000 and deviations of 1: float32 loses no more than it must."""
    state, x = affine(16), draw(3, 16) + 3000
    compare(lambda impl: {"LayerNorm [B,d]": norm(impl, "LayerNorm", state)(x)})


@criterion("norms.stable")
def test_inputs_of_norms_are_not_changed():
    """x is the same after the call as before."""
    state, x = affine(), draw(3, D)
    unchanged(lambda impl: both(impl, x, state))


# ── feed-forward ─────────────────────────────────────────────────────────────────────────────────────────────────────


def linear(name, d_in, d_out, bias):
    state = {f"{name}.weight": draw(d_out, d_in)}
    return state | {f"{name}.bias": draw(d_out)} if bias else state


def block(impl, name, state):
    d_ff, d = state["up.weight"].shape
    module = getattr(impl, name)(d, d_ff)
    wanted, found = ({key: tuple(p.shape) for key, p in s.items()} for s in (state, dict(module.state_dict())))
    require(set(wanted) == set(found), f"{name}({d}, {d_ff}) has other parameters than {', '.join(wanted)}.")
    for key, shape in wanted.items():
        require(found[key] == shape, f"{key} of {name}({d}, {d_ff}) should have the shape {list(shape)}.")
    module.load_state_dict(state)
    return module


def demand_block(name, state, formula):
    """Values and gradients of x and all parameters; also without a leading axis."""
    d = state["up.weight"].shape[1]
    x, one, cotangent = draw(2, 3, d), draw(d), draw(2, 3, d)

    def oracle(_):
        own = {key: value.clone().requires_grad_() for key, value in state.items()}
        given = x.clone().requires_grad_()
        y = formula(given, own)
        gradients = torch.autograd.grad(y, [given, *own.values()], cotangent)
        return {Y: y.detach(), "one": formula(one, state)} | dict(zip(("x", *own), gradients, strict=True))

    def observe(impl):
        module = block(impl, name, state)
        seen = vjp(module, (x,), cotangent)
        of_parameters = {key: seen["parameters"][key] for key in state}
        return {Y: seen["outputs"].detach(), "one": module(one), "x": seen["inputs"][0]} | of_parameters

    compare(observe, oracle=oracle)


@criterion("feedforward.relu")
def test_feed_forward():
    """down(relu(up(x))): names, values and gradients."""

    def formula(x, s):
        return (x @ s["up.weight"].T + s["up.bias"]).clamp(min=0) @ s["down.weight"].T + s["down.bias"]

    demand_block("FeedForward", linear("up", 5, 11, True) | linear("down", 11, 5, True), formula)


@criterion("feedforward.swiglu")
def test_swiglu():
    """down(silu(gate(x)) · up(x)): names, values and gradients."""

    def formula(x, s):
        gate = x @ s["gate.weight"].T
        return (gate / (1 + torch.exp(-gate)) * (x @ s["up.weight"].T)) @ s["down.weight"].T

    state = linear("gate", 5, 11, False) | linear("up", 5, 11, False) | linear("down", 11, 5, False)
    demand_block("SwiGLU", state, formula)
