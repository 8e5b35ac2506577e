"""Hidden tests of `mlp`: logits, loss and gradients against torch's autograd, which is not told how they are made."""

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
SIZES = ((5, 3, 7, 4), (1, 1, 1, 2), (13, 2, 3, 5), (2, 6, 1, 3))
"""(B, I, H, C)."""


def draw_network(B, I, H, C, scale=1.0):
    """x [B,I], y [B], and parameters whose biases are not zero."""
    params = {"W1": draw(I, H, scale=I**-0.5), "b1": draw(H), "W2": draw(H, C, scale=scale), "b2": draw(C)}
    return draw(B, I), draw_ints(C, B), params


def by_autograd(x, y, params):
    """(loss, grads), in the dtype of the arguments."""
    p = {name: value.clone().requires_grad_() for name, value in params.items()}
    logits = torch.tanh(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]
    loss = torch.nn.functional.cross_entropy(logits, y)
    return loss.detach(), dict(zip(p, torch.autograd.grad(loss, list(p.values())), strict=True))


def labelled(grads, *names):
    """The derivatives of the loss by the parameters `names`."""
    axes = {"W1": "[I,H]", "b1": "[H]", "W2": "[H,C]", "b2": "[C]"}
    return {f"dL/d{name} {axes[name]}": grads[name] for name in names}


@criterion("mlp.forward")
def test_logits():
    """Logits for networks and batches of several sizes."""
    cases = [draw_network(*sizes) for sizes in SIZES]
    compare(
        lambda impl: [{"logits [B,C]": impl.mlp_forward(x, params)} for x, _, params in cases],
        oracle=lambda _: [
            {"logits [B,C]": torch.tanh(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]} for x, _, p in cases
        ],
    )  # fmt: skip


@criterion("mlp.loss")
def test_loss():
    """The mean cross-entropy, for batches of several sizes."""
    cases = [draw_network(*sizes) for sizes in SIZES]
    compare(
        lambda impl: [impl.mlp_backward(*case)[0] for case in cases],
        oracle=lambda _: [by_autograd(*case)[0] for case in cases],
    )


@criterion("mlp.loss")
def test_loss_of_an_empty_head():
    """With all parameters zero it is ln C, whatever the batch."""
    for B, C in ((1, 2), (6, 5)):
        x, y, params = draw_network(B, 3, 4, C)
        nothing = {name: 0 * value for name, value in params.items()}
        loss = observed(lambda impl, x=x, y=y, p=nothing: impl.mlp_backward(x, y, p)[0], "float64")
        require(abs(float(loss) - math.log(C)) < 1e-12, "With all parameters zero the loss is not ln C.")


@criterion("mlp.output_layer")
def test_output_layer():
    """Derivatives by W2 and b2."""
    cases = [draw_network(*sizes) for sizes in SIZES]
    compare(
        lambda impl: [labelled(impl.mlp_backward(*case)[1], "W2", "b2") for case in cases],
        oracle=lambda _: [labelled(by_autograd(*case)[1], "W2", "b2") for case in cases],
    )


@criterion("mlp.output_layer")
def test_repeated_examples():
    """An example that stands in the batch twice counts twice: every derivative of (a, a, b) is ⅔ of a's and ⅓ of b's."""
    x, y, params = draw_network(2, 3, 4, 3)
    twice = torch.tensor([0, 0, 1])
    found = observed(
        lambda impl: [
            labelled(impl.mlp_backward(x[rows], y[rows], params)[1], "W2", "b2")
            for rows in (twice, torch.tensor([0]), torch.tensor([1]))
        ],
        "float64",
    )
    for name in found[0]:
        close(
            found[0][name],
            (2 * found[1][name] + found[2][name]) / 3,
            "That the gradient of a batch is the mean of its examples'",
            1e-9,
        )


@criterion("mlp.hidden_layer")
def test_hidden_layer():
    """Derivatives by W1 and b1."""
    cases = [draw_network(*sizes) for sizes in SIZES]
    compare(
        lambda impl: [labelled(impl.mlp_backward(*case)[1], "W1", "b1") for case in cases],
        oracle=lambda _: [labelled(by_autograd(*case)[1], "W1", "b1") for case in cases],
    )


@criterion("mlp.hidden_layer")
def test_saturated_units():
    """Units that are far in the flat part of tanh have almost no derivative, the others keep theirs."""
    x, y, params = draw_network(6, 3, 5, 4)
    params["b1"] = torch.tensor([40.0, -40, 3, -3, 0], dtype=torch.float64)
    compare(
        lambda impl: labelled(impl.mlp_backward(x, y, params)[1], "W1", "b1"),
        oracle=lambda _: labelled(by_autograd(x, y, params)[1], "W1", "b1"),
    )


@criterion("mlp.stable")
def test_large_logits():
    """Logits of a few hundred: the loss is a few hundred, and so it is written."""
    x, y, params = draw_network(24, 3, 6, 4, scale=40.0)
    compare(
        lambda impl: list(impl.mlp_backward(x, y, params)),
        oracle=lambda _: list(by_autograd(x, y, params)),
    )


@criterion("mlp.stable")
def test_finite():
    """Logits of ±10⁴: a finite loss, finite gradients."""
    x, y, params = draw_network(8, 3, 6, 4, scale=3000.0)

    def observe(impl):
        loss, grads = impl.mlp_backward(x, y, params)
        return {"loss": torch.as_tensor(loss, dtype=torch.float64), **grads}

    finite_under(observe)


@criterion("mlp.arrays")
def test_dtype():
    """float32 in, float32 out, every gradient included; float64 in, float64 out."""
    x, y, params = draw_network(4, 3, 5, 3)
    dtype_kept(lambda impl: [impl.mlp_forward(x, params), impl.mlp_backward(x, y, params)[1]], FLOATS)


@criterion("mlp.arrays")
def test_inputs():
    """Neither x nor y nor a parameter is changed; slices and transposes will do; the same each time."""
    x, y, params = draw_network(4, 3, 5, 3)
    x, y, params["W1"], params["W2"] = draw(7, 6)[::2, ::2], draw_ints(3, 7)[::2], draw(5, 3).T, draw(9, 6)[::2, ::2]

    def observe(impl, x=x, y=y, params=params):
        return [impl.mlp_forward(x, params), impl.mlp_backward(x, y, params)]

    unchanged(observe)
    repeatable(observe)
    tidy = {name: value.contiguous() for name, value in params.items()}
    packed = observed(lambda impl: observe(impl, x.contiguous(), y.contiguous(), tidy), "float64")
    close(observed(observe, "float64"), packed, "That slices and transposes give what packed arrays give")


@criterion("mlp.arrays")
def test_whole_numbers():
    """Whole inputs and parameters give what they give as fractions."""
    x, y, params = draw_network(5, 3, 4, 3)
    params = {name: draw_ints(3, *value.shape) - 1 for name, value in params.items()}
    x = draw_ints(5, *x.shape) - 2

    def observe(impl, x=x, params=params):
        return [impl.mlp_forward(x, params), impl.mlp_backward(x, y, params)]

    real = {name: value.double() for name, value in params.items()}
    whole, fractions = observed(observe, "float64"), observed(lambda impl: observe(impl, x.double(), real), "float64")
    close(whole, fractions, "That whole numbers give what they give as fractions", 1e-5, explain=observe)


@criterion("mlp.speed")
def test_speed():
    """Loss and gradients in at most 4 times the CPU time of the reference: 2048 examples, 4 inputs, 6 units."""

    def inputs():
        params = {"W1": draw(4, 6), "b1": draw(6), "W2": 4 * draw(6, 4), "b2": draw(4)}
        return draw(2048, 4), draw_ints(4, 2048), params

    faster_than(lambda _: None, lambda impl, _, x: impl.mlp_backward(*x), inputs, speedup=1 / 4)
