"""Sequences and layers: values, state, gradients, batches, parameters, and what a forward pass costs."""

import math

import torch

from autograder.checks import (
    compare,
    criterion,
    draw,
    draw_size,
    faster_than,
    observed,
    poison,
    require,
    trace,
    vjp,
)


def weights(I, H, layers=1, scale=0.5):
    """Random parameters under the names of torch.nn.LSTM(I, H, layers)."""
    drawn = {}
    for k in range(layers):
        drawn |= {
            f"weight_ih_l{k}": draw(4 * H, I if k == 0 else H, scale=scale),
            f"weight_hh_l{k}": draw(4 * H, H, scale=scale),
            f"bias_ih_l{k}": draw(4 * H, scale=scale),
            f"bias_hh_l{k}": draw(4 * H, scale=scale),
        }
    return drawn


def built(impl, I, H, parameters):
    """The implementation's LSTM with these parameters; one layer for every four of them."""
    model = impl.LSTM(I, H, num_layers=len(parameters) // 4)
    model.load_state_dict(parameters)
    return model


def named(result):
    y, (h, c) = result
    return {"y [T,B,H]": y, "h [layers,B,H]": h, "c [layers,B,H]": c}


def same(one, other):
    """Two dicts of tensors are equal up to rounding in float64."""
    return all(torch.allclose(one[name], other[name], rtol=1e-9, atol=1e-9) for name in one)


@criterion("lstm.values")
def test_a_sequence():
    """y at every step, and the final h and c, from the zero state."""
    parameters, x = weights(3, 5), draw(draw_size(5, 8), 2, 3)
    compare(lambda impl: named(built(impl, 3, 5, parameters)(x)))


@criterion("lstm.values")
def test_sizes_one_and_primes():
    """T = 1, B = 1, I = 1, H = 1; and I larger than H."""
    smallest, wide = weights(1, 1), weights(7, 2)
    x, x_wide = draw(1, 1, 1), draw(2, 1, 7)
    compare(lambda impl: [named(built(impl, 1, 1, smallest)(x)), named(built(impl, 7, 2, wide)(x_wide))])


@criterion("lstm.layers")
def test_two_layers_are_one_after_the_other():
    """Two layers do what one LSTM does to the outputs of another, initial and final states included."""
    I, H, T, B = 4, 4, 5, 2
    parameters, x, h0, c0 = weights(I, H, layers=2), draw(T, B, I), draw(2, B, H), draw(2, B, H)
    first = {name: value for name, value in parameters.items() if name.endswith("_l0")}
    second = {name[:-1] + "0": value for name, value in parameters.items() if name.endswith("_l1")}

    def together(impl):
        return named(built(impl, I, H, parameters)(x, (h0, c0)))

    def one_by_one(impl):
        y, (h_1, c_1) = built(impl, I, H, first)(x, (h0[:1], c0[:1]))
        y, (h_2, c_2) = built(impl, H, H, second)(y, (h0[1:], c0[1:]))
        return {"y [T,B,H]": y, "h [layers,B,H]": torch.cat([h_1, h_2]), "c [layers,B,H]": torch.cat([c_1, c_2])}

    require(
        same(observed(together, "float64"), observed(one_by_one, "float64")),
        "LSTM(I, H, 2) differs from your own LSTM(H, H, 1) applied to the y of your own LSTM(I, H, 1). "
        "The states are [layers,B,H], the first layer first.",
        explain=together,
    )


@criterion("lstm.layers")
def test_three_layers_return_the_last_outputs():
    """With three layers, y is what the last layer gives: its last row is the last layer's final h."""
    parameters, x = weights(3, 3, layers=3), draw(4, 2, 3)

    def observe(impl):
        return named(built(impl, 3, 3, parameters)(x))

    seen = observed(observe, "float64")
    require(
        torch.allclose(seen["y [T,B,H]"][-1], seen["h [layers,B,H]"][-1]),
        "With 3 layers, y[-1] must equal h[-1]: y is what the last layer gives, h[-1] its final state.",
        explain=observe,
    )


@criterion("lstm.state")
def test_carried_state_makes_chunks_equal_the_whole():
    """Reading a sequence in pieces, each from the state the last one left, gives what one reading gives."""
    parameters, x = weights(4, 4, layers=2), draw(9, 2, 4)

    def in_pieces(impl):
        model = built(impl, 4, 4, parameters)
        y_1, state = model(x[:4])
        y_2, state = model(x[4:5], state)
        y_3, (h, c) = model(x[5:], state)
        return named((torch.cat([y_1, y_2, y_3]), (h, c)))

    whole = observed(lambda impl: named(built(impl, 4, 4, parameters)(x)), "float64")
    require(
        same(observed(in_pieces, "float64"), whole),
        "Nine steps at once, and 4 + 1 + 4 steps with the state handed over, give different results.",
        explain=in_pieces,
    )


@criterion("lstm.state")
def test_no_state_means_zeros():
    """state=None and a state of zeros give the same, and another h or c gives something else."""
    parameters, x, h, c = weights(3, 5), draw(2, 2, 3), draw(1, 2, 5), draw(1, 2, 5)
    zeros = torch.zeros_like(h)

    def observe(impl):
        model = built(impl, 3, 5, parameters)
        states = {"none": None, "zeros": (zeros, zeros), "h": (h, zeros), "c": (zeros, c)}
        return {name: model(x, state)[0] for name, state in states.items()}

    y = observed(observe, "float64")
    require(
        torch.allclose(y["none"], y["zeros"], rtol=1e-9, atol=1e-9),
        "state=None must mean the same as h and c full of zeros.",
        explain=observe,
    )
    for name in "hc":
        require(
            not torch.allclose(y["none"], y[name]),
            f"y is the same whatever initial {name} is handed in.",
            explain=observe,
        )


@criterion("lstm.gradients")
def test_gradients_through_time_and_layers():
    """Gradients of x, of the initial h and c and of every parameter, for random cotangents of y, h and c."""
    I, H, T, B = 4, 4, 3, 2
    parameters, x, state = weights(I, H, layers=2), draw(T, B, I), (draw(2, B, H), draw(2, B, H))
    cotangent = (draw(T, B, H), (draw(2, B, H), draw(2, B, H)))
    compare(lambda impl: vjp(built(impl, I, H, parameters), (x, state), cotangent))


@criterion("lstm.batch")
def test_sequences_of_a_batch_are_independent():
    """Moving one sequence of the batch by 10⁹ leaves the outputs of the others as they are."""
    parameters, x = weights(3, 5), draw(4, 3, 3)
    poison(
        lambda impl, x: built(impl, 3, 5, parameters)(x)[0],
        x,
        where=(slice(None), 1),
        watch=lambda y: y[:, [0, 2]],
        what="The sequences of a batch are independent",
    )


@criterion("lstm.batch")
def test_the_future_does_not_reach_back():
    """Moving the last time step by 10⁹ leaves the outputs before it as they are."""
    parameters, x = weights(3, 5), draw(4, 3, 3)
    poison(
        lambda impl, x: built(impl, 3, 5, parameters)(x)[0],
        x,
        where=3,
        watch=lambda y: y[:3],
        what="The outputs of a step do not depend on later steps",
    )


@criterion("lstm.parameters")
def test_names_and_shapes():
    """The state_dict of LSTM(3, 5, num_layers=2) has the names and shapes of torch.nn.LSTM's."""
    expected = {name: tuple(p.shape) for name, p in torch.nn.LSTM(3, 5, 2).state_dict().items()}

    def observe(impl):
        found = {name: tuple(p.shape) for name, p in impl.LSTM(3, 5, num_layers=2).state_dict().items()}
        missing, extra = sorted(set(expected) - set(found)), sorted(set(found) - set(expected))
        require(not missing, f"LSTM(3, 5, num_layers=2) lacks the parameters {', '.join(missing)}.")
        require(not extra, f"LSTM(3, 5, num_layers=2) has {len(extra)} tensors more in its state_dict than asked.")
        for name, shape in expected.items():
            require(found[name] == shape, f"{name} has shape {list(found[name])}; {list(shape)} is asked.")

    observed(observe)


@criterion("lstm.parameters")
def test_initial_range():
    """All parameters start uniform on (−1/√H, 1/√H): none outside, with the spread of the uniform."""
    bound = 1 / math.sqrt(16)
    state = observed(lambda impl: dict(impl.LSTM(16, 16).state_dict()), "float64")
    for name, value in state.items():
        require(
            float(value.abs().max()) <= bound,
            f"Some of the initial {name} of LSTM(16, 16) lie outside (−1/√H, 1/√H) = (−0.25, 0.25).",
        )
        spread = float(value.double().std()) / (bound / math.sqrt(3))
        require(
            0.6 < spread < 1.4,
            f"{name} of LSTM(16, 16) is not spread like the uniform distribution on (−0.25, 0.25).",
        )


@criterion("lstm.long")
def test_fifty_steps():
    """After T = 50 steps, values and gradients in float32 are as close to float64 as rounding allows."""
    parameters, x = weights(2, 3), draw(50, 1, 2)
    cotangent = (draw(50, 1, 3), (None, draw(1, 1, 3)))
    compare(lambda impl: vjp(built(impl, 2, 3, parameters), (x,), cotangent))


@criterion("lstm.products")
def test_one_product_per_step():
    """A forward pass needs one matrix product per layer and step, and one more per layer for all inputs."""
    T, layers = 12, 2
    parameters, x = weights(4, 4, layers=layers), draw(T, 2, 4)
    products = observed(lambda impl: trace(built(impl, 4, 4, parameters), x).matmuls)
    require(
        products <= layers * (T + 1),
        f"A forward pass over T = {T} steps and {layers} layers made {min(products, 9999)} matrix products; "
        f"layers · (T + 1) = {layers * (T + 1)} are enough.",
    )


@criterion("lstm.speed")
def test_forward_pass_within_three_times_the_reference():
    """A forward pass (T = 12, B = 16, H = 32) takes at most three times the CPU time of the reference's."""
    parameters = weights(16, 32, scale=0.2)
    faster_than(
        prepare=lambda impl: built(impl, 16, 32, parameters),
        call=lambda impl, model, x: model(x),
        inputs=lambda: draw(12, 16, 16),
        speedup=1 / 3,
    )
