"""Public tests of `gates`: what you return must rebuild what the model computes."""

import torch


def test_ranges_and_shapes(impl):
    """Four arrays [T,layers,H]; i, f and o in (0, 1), g in (−1, 1) and of both signs."""
    torch.manual_seed(0)
    gates = impl.gate_activations(impl.CharLM(7, 5, 2), torch.randint(7, (6, 1)))
    assert sorted(gates) == ["f", "g", "i", "o"]
    for name, values in gates.items():
        assert values.shape == (6, 2, 5), f'"{name}" has shape {tuple(values.shape)}, [T,layers,H] is (6, 2, 5)'
        low = -1 if name == "g" else 0
        assert bool(((values > low) & (values < 1)).all()), f'"{name}" has values outside ({low}, 1)'
    assert bool((gates["g"] < 0).any()), '"g" is never negative'


def test_the_state_can_be_rebuilt(impl):
    """c_t = f c + i g and h_t = o tanh c, from zero, end in the state that the model returns."""
    torch.manual_seed(0)
    model, ids = impl.CharLM(7, 5, 2).double(), torch.randint(7, (6, 1))
    gates, c = impl.gate_activations(model, ids), torch.zeros(2, 5).double()
    for i, f, g, o in zip(*(gates[name] for name in "ifgo"), strict=True):
        c = c * f + g * i
        h = torch.tanh(c) * o
    _, (true_h, true_c) = model(ids)
    torch.testing.assert_close(c, true_c[:, 0], msg=lambda m: f"c: {m}")
    torch.testing.assert_close(h, true_h[:, 0], msg=lambda m: f"h: {m}")
