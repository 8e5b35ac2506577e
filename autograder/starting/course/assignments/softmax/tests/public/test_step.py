"""Public tests of `step`: a number on paper, and that a step goes down."""

import torch


def test_worked_number(impl):
    """One example (2) of class 0, from weights of zero, at rate 1: W = (1, −1), b = (½, −½)."""
    W, b = impl.step(torch.zeros(2, 1), torch.zeros(2), torch.tensor([[2.0]]), torch.tensor([0]), 1.0)
    assert torch.allclose(W, torch.tensor([[1.0], [-1.0]])), "W is not (1, −1)"
    assert torch.allclose(b, torch.tensor([0.5, -0.5])), "b is not (½, −½)"


def test_shapes(impl):
    """The new weights have the shapes of the old ones."""
    W, b = impl.step(torch.zeros(3, 4), torch.zeros(3), torch.ones(5, 4), torch.tensor([0, 1, 2, 0, 1]), 0.1)
    assert W.shape == (3, 4), f"W has the shape {tuple(W.shape)}"
    assert b.shape == (3,), f"b has the shape {tuple(b.shape)}"
