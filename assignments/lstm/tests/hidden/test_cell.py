"""One step: values, gradients, the meaning of each gate, and the arithmetic."""

import torch

from autograder.checks import (
    close,
    compare,
    criterion,
    draw,
    draw_size,
    dtype_kept,
    finite_under,
    observed,
    unchanged,
    vjp,
)


def step(B, I, H):
    """Random arguments of lstm_cell: x [B,I], (h, c) [B,H], W_ih [4H,I], W_hh [4H,H], b_ih, b_hh [4H]."""
    weights = (draw(*shape, scale=0.5) for shape in ((4 * H, I), (4 * H, H), (4 * H,), (4 * H,)))
    return draw(B, I), (draw(B, H), draw(B, H)), *weights


def named(state):
    h, c = state
    return {"h [B,H]": h, "c [B,H]": c}


@criterion("cell.values")
def test_one_step_follows_the_equations():
    """h and c after one step, for a batch of sequences."""
    arguments = step(draw_size(4, 7), 3, 5)
    compare(lambda impl: named(impl.lstm_cell(*arguments)))


@criterion("cell.values")
def test_sizes_one_and_primes():
    """The step works for B = 1, I = 1, H = 1 and for I larger than H."""
    smallest, wide = step(1, 1, 1), step(1, 11, 2)
    compare(lambda impl: [named(impl.lstm_cell(*smallest)), named(impl.lstm_cell(*wide))])


@criterion("cell.gradients")
def test_gradients_of_all_inputs():
    """Gradients of x, h, c, both weight matrices and both biases, for random cotangents of h and c."""
    arguments, cotangent = step(5, 3, 7), (draw(5, 7), draw(5, 7))
    compare(lambda impl: vjp(impl.lstm_cell, arguments, cotangent))


@criterion("cell.gradients")
def test_gradient_through_the_cell_state_alone():
    """When only the new c is used, its gradient reaches x, h and the old c."""
    arguments, cotangent = step(2, 3, 5), (None, draw(2, 5))
    compare(lambda impl: vjp(impl.lstm_cell, arguments, cotangent)["inputs"][:2])


def forced(arguments, H, **bias):
    """The same arguments with the bias of some gates replaced: forced(…, f=50, i=-50)."""
    *rest, b_ih, b_hh = arguments
    b_ih = b_ih.clone()
    for gate, value in bias.items():
        row = "ifgo".index(gate) * H
        b_ih[row : row + H] = value
    return *rest, b_ih, b_hh


@criterion("cell.memory")
def test_open_forget_gate_and_closed_input_gate_keep_the_cell():
    """With the forget gate open (bias +50) and the input gate closed (bias −50), c stays what it was."""
    arguments = forced(step(3, 2, 5), 5, f=50.0, i=-50.0)
    c = arguments[1][1]
    compare(lambda impl: {"c [B,H]": impl.lstm_cell(*arguments)[1]}, oracle=lambda _: {"c [B,H]": c})


@criterion("cell.memory")
def test_closed_output_gate_hides_the_cell():
    """With the output gate closed (bias −50), h is nearly 0 whatever c is: 1 + h is 1."""
    arguments = forced(step(3, 2, 5), 5, o=-50.0)
    compare(
        lambda impl: {"1 + h [B,H]": 1 + impl.lstm_cell(*arguments)[0]},
        oracle=lambda _: {"1 + h [B,H]": torch.ones(3, 5, dtype=torch.float64)},
    )


@criterion("cell.stable")
def test_saturated_gates_stay_finite():
    """Pre-activations of ±100 give finite h and c and finite gradients, in float32 too."""
    arguments, cotangent = saturated(), (draw(3, 4), draw(3, 4))

    def observe(impl):
        seen = vjp(impl.lstm_cell, arguments, cotangent)
        (h, c), (x, state, *weights) = seen["outputs"], seen["inputs"]
        return {"h [B,H]": h, "c [B,H]": c, "gradients": total([x, *state, *weights])}

    finite_under(observe)


def total(gradients):
    """One number for all gradients that exist, not finite when one of them is not."""
    return sum((gradient.abs().sum() for gradient in gradients if gradient is not None), torch.zeros(()))


def saturated():
    """Arguments of lstm_cell with every pre-activation near +100 or −100: B = 3, I = 2, H = 4."""
    x, state, W_ih, W_hh, b_ih, b_hh = step(3, 2, 4)
    return x, state, W_ih, W_hh, 100 * torch.sign(b_ih), b_hh


@criterion("cell.dtype")
def test_dtype_is_kept():
    """float32, float64 and bfloat16 inputs give h and c of the same dtype."""
    arguments = step(3, 2, 5)
    dtype_kept(lambda impl: impl.lstm_cell(*arguments))


@criterion("cell.inputs")
def test_inputs_are_not_changed():
    """x, h, c, the weights and the biases are the same after the call as before."""
    arguments = step(3, 2, 5)
    unchanged(lambda impl: impl.lstm_cell(*arguments))


@criterion("cell.inputs")
def test_strided_inputs():
    """Inputs that are slices or transposes of larger tensors give the same result as packed ones."""
    arguments = step(3, 2, 5)
    strided = observed(lambda impl: impl.scaffold.with_strided_inputs(impl.lstm_cell, *arguments))
    close(
        strided,
        observed(lambda impl: impl.lstm_cell(*arguments)),
        "That strided and packed inputs give the same result",
        rtol=1e-5,
    )
