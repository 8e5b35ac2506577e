"""Public tests of `cell`: they need no solution, only arithmetic and torch.nn.LSTMCell."""

import torch


def arguments(B, I, H):
    """Random arguments: x [B,I], (h, c) [B,H], W_ih [4H,I], W_hh [4H,H], b_ih [4H], b_hh [4H]."""
    generator = torch.Generator().manual_seed(B * 100 + I * 10 + H)

    def normal(*shape):
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    return normal(B, I), (normal(B, H), normal(B, H)), normal(4 * H, I), normal(4 * H, H), normal(4 * H), normal(4 * H)


def test_worked_number(impl):
    """The example of the notebook, H = I = B = 1: h = −0.0962 and c = −0.1559."""
    W_ih, W_hh = torch.tensor([[1.0], [0.0], [2.0], [-1.0]]), torch.tensor([[0.0], [1.0], [-1.0], [1.0]])
    b_ih, b_hh = torch.tensor([0.0, 1.0, 0.0, 0.0]), torch.tensor([0.0, 0.0, 0.0, 1.0])
    state = torch.tensor([[0.5]]), torch.tensor([[-1.0]])
    h, c = impl.lstm_cell(torch.tensor([[1.0]]), state, W_ih, W_hh, b_ih, b_hh)
    assert abs(c.item() + 0.1559) < 1e-4, f"c is {c.item():.4f}, by hand it is −0.1559"
    assert abs(h.item() + 0.0962) < 1e-4, f"h is {h.item():.4f}, by hand it is −0.0962"


def test_same_as_torch(impl):
    """For random arguments, h and c are those of torch.nn.LSTMCell."""
    x, state, W_ih, W_hh, b_ih, b_hh = arguments(5, 3, 7)
    judge = torch.nn.LSTMCell(3, 7).double()
    judge.load_state_dict({"weight_ih": W_ih, "weight_hh": W_hh, "bias_ih": b_ih, "bias_hh": b_hh})
    expected = judge(x, state)
    for name, mine, theirs in zip("hc", impl.lstm_cell(x, state, W_ih, W_hh, b_ih, b_hh), expected, strict=True):
        assert mine.shape == (5, 7), f"{name} has shape {tuple(mine.shape)}, [B,H] = (5, 7) is asked"
        torch.testing.assert_close(mine, theirs, msg=lambda m, name=name: f"{name} is not torch's: {m}")


def test_gradients_reach_all_inputs(impl):
    """Central differences agree with backward for x, h, c, both matrices and both biases."""
    x, (h, c), *weights = arguments(2, 2, 3)
    tensors = [tensor.requires_grad_() for tensor in (x, h, c, *weights)]
    assert torch.autograd.gradcheck(lambda x, h, c, *w: impl.lstm_cell(x, (h, c), *w), tensors)


def test_inputs_stay(impl):
    """No argument is changed."""
    x, (h, c), *weights = arguments(2, 3, 4)
    before = [tensor.clone() for tensor in (x, h, c, *weights)]
    impl.lstm_cell(x, (h, c), *weights)
    for name, old, new in zip(
        ("x", "h", "c", "W_ih", "W_hh", "b_ih", "b_hh"), before, (x, h, c, *weights), strict=True
    ):
        assert torch.equal(old, new), f"lstm_cell changes its argument {name}"
