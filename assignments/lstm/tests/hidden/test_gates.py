"""Gate activations: range, order, and that they are the ones with which the model computed its state."""

import torch

from autograder.checks import compare, criterion, draw, draw_ints, observed, require

V, H, LAYERS, T = 7, 5, 2, 6


def known_weights():
    """Parameters of the rnn; layer 0 will ignore its input, so that the embedding does not matter."""
    weights = {}
    for k in range(LAYERS):
        weights |= {
            f"weight_hh_l{k}": draw(4 * H, H),
            f"bias_ih_l{k}": draw(4 * H),
            f"bias_hh_l{k}": draw(4 * H),
        }
    return weights | {"weight_ih_l1": draw(4 * H, H)}


def with_known_rnn(impl, weights):
    model = impl.CharLM(V, H, LAYERS)
    state = model.state_dict()
    state |= {f"rnn.{name}": value for name, value in weights.items()}
    state["rnn.weight_ih_l0"] = torch.zeros_like(state["rnn.weight_ih_l0"])
    model.load_state_dict(state)
    return model


@criterion("gates.values")
def test_values_with_known_weights():
    """i, f, g and o of both layers and all steps, each [T,layers,H], when the rnn's weights are set."""
    weights, ids = known_weights(), draw_ints(V, T, 1)
    compare(lambda impl: dict(impl.gate_activations(with_known_rnn(impl, weights), ids)))


@criterion("gates.values")
def test_gates_rebuild_the_state_of_the_model():
    """From the activations and a zero state, c and h of every layer and step can be rebuilt."""
    ids = draw_ints(V, T, 1)

    def observe(impl):
        model = impl.scaffold.scaled_model(impl.CharLM, V, H, LAYERS, scale=2.0)
        gates = impl.gate_activations(model, ids)
        states = [list(model(ids[: t + 1])[1]) for t in range(T)]
        return {"gates": {name: gates[name] for name in "ifgo"}, "states": states}

    seen = observed(observe, "float64")
    gates = seen["gates"]
    for name in "ifgo":
        low = -1 if name == "g" else 0
        require(
            bool(((gates[name] >= low) & (gates[name] <= 1)).all()),
            f'"{name}" has values outside [{low}, 1]: activations are asked for, after the non-linearity.',
        )
    require(bool((gates["g"] < 0).any()), '"g" is never negative: its non-linearity is another one.')
    c = torch.zeros(LAYERS, H, dtype=torch.float64)
    for t, (true_h, true_c) in enumerate(seen["states"]):
        c = gates["f"][t] * c + gates["i"][t] * gates["g"][t]
        h = gates["o"][t] * torch.tanh(c)
        for name, mine, own in (("c", c, true_c), ("h", h, true_h)):
            require(
                torch.allclose(mine, own[:, 0], rtol=1e-9, atol=1e-9),
                f"{name} rebuilt from your activations is not the {name} of your own model at step {t + 1}.",
            )
