"""Public tests of `rope`: a worked number, lengths and distances."""

import math

import torch


def test_worked_number(impl):
    """(1, 0, 1, 0) at position 2 becomes (cos 2, sin 2, cos 0.02, sin 0.02)."""
    turned = impl.rope(torch.tensor([[1.0, 0, 1, 0]]), torch.tensor([2]))
    wanted = torch.tensor([[math.cos(2), math.sin(2), math.cos(0.02), math.sin(0.02)]])
    torch.testing.assert_close(turned, wanted)


def test_lengths_and_distances(impl):
    """Lengths stay, and a shift of both positions changes no score."""
    torch.manual_seed(0)
    q, k, positions = torch.randn(3, 8).double(), torch.randn(3, 8).double(), torch.tensor([4, 0, 9])
    torch.testing.assert_close(impl.rope(q, positions).norm(dim=-1), q.norm(dim=-1))
    here = impl.rope(q, positions) @ impl.rope(k, positions).T
    there = impl.rope(q, positions + 20) @ impl.rope(k, positions + 20).T
    torch.testing.assert_close(here, there)


def test_dtype_and_input(impl):
    """bfloat16 in, bfloat16 out, and x stays as it was."""
    x = torch.randn(2, 5, 4).bfloat16()
    before = x.clone()
    assert impl.rope(x, torch.arange(5)).dtype == torch.bfloat16
    assert torch.equal(x, before), "rope changes x"
