"""Public tests of `lstm`: torch.nn.LSTM is the judge."""

import torch


def pair(impl, I, H, layers):
    """Your LSTM and torch's with the same weights, float64."""
    torch.manual_seed(I + 10 * H + 100 * layers)
    judge = torch.nn.LSTM(I, H, layers).double()
    mine = impl.LSTM(I, H, layers).double()
    mine.load_state_dict(judge.state_dict())
    return mine, judge


def test_parameters(impl):
    """Names and shapes are those of torch.nn.LSTM, and all values lie within 1/√H."""
    mine = {name: tuple(p.shape) for name, p in impl.LSTM(3, 4, 2).named_parameters()}
    theirs = {name: tuple(p.shape) for name, p in torch.nn.LSTM(3, 4, 2).named_parameters()}
    assert mine == theirs
    largest = max(p.abs().max().item() for p in impl.LSTM(3, 4, 2).parameters())
    assert 0.25 < largest <= 0.5, f"the largest initial parameter is {largest:.3f}; for H = 4 the bound is 0.5"


def test_same_as_torch(impl):
    """y, h and c are torch's for one and two layers, with and without an initial state."""
    for layers in (1, 2):
        mine, judge = pair(impl, 3, 4, layers)
        x, state = torch.randn(6, 2, 3).double(), tuple(torch.randn(2, layers, 2, 4).double())
        for given in (None, state):
            (y, (h, c)), (want_y, (want_h, want_c)) = mine(x, given), judge(x, given)
            for name, one, other in (("y", y, want_y), ("h", h, want_h), ("c", c, want_c)):
                place = f"{name}, {layers} layer(s), {'no' if given is None else 'an'} initial state"
                assert one.shape == other.shape, f"{place}: shape {tuple(one.shape)}, not {tuple(other.shape)}"
                torch.testing.assert_close(one, other, msg=lambda m, place=place: f"{place}: {m}")


def test_chunks_with_carried_state(impl):
    """Reading 3 + 4 steps with the state handed over equals reading 7."""
    mine, _ = pair(impl, 3, 4, 2)
    x = torch.randn(7, 2, 3).double()
    first, state = mine(x[:3])
    second, _ = mine(x[3:], state)
    torch.testing.assert_close(torch.cat([first, second]), mine(x)[0])


def test_gradients(impl):
    """Gradients of x and of all parameters are torch's."""
    mine, judge = pair(impl, 3, 4, 2)
    x, cotangent = torch.randn(5, 2, 3).double(), torch.randn(5, 2, 4).double()
    for model in (mine, judge):
        (model(x)[0] * cotangent).sum().backward()
    for (name, p), q in zip(mine.named_parameters(), judge.parameters(), strict=True):
        assert p.grad is not None, f"no gradient reaches {name}"
        torch.testing.assert_close(p.grad, q.grad, msg=lambda m, name=name: f"gradient of {name}: {m}")
