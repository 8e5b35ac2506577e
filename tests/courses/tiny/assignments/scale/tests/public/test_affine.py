"""A value worked out by hand."""

import torch


def test_two_columns(impl):
    """x = [3, 4] with weight [2, 1] and bias [0, 5] gives [6, 9]."""
    module = impl.Affine(2)
    with torch.no_grad():
        module.weight.copy_(torch.tensor([2.0, 1.0]))
        module.bias.copy_(torch.tensor([0.0, 5.0]))
    assert torch.equal(module(torch.tensor([[3.0, 4.0]])), torch.tensor([[6.0, 9.0]]))
