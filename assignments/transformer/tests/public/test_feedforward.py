"""Public tests of `feedforward`: the formulas with your own weights."""

import torch


def test_feed_forward(impl):
    """down(relu(up(x))) with biases."""
    block, x = impl.FeedForward(4, 6), torch.randn(2, 3, 4)
    assert sorted(block.state_dict()) == ["down.bias", "down.weight", "up.bias", "up.weight"]
    torch.testing.assert_close(block(x), block.down(block.up(x).clamp(min=0)))


def test_swiglu(impl):
    """down(silu(gate(x)) · up(x)) without biases."""
    block, x = impl.SwiGLU(4, 6), torch.randn(2, 3, 4)
    assert sorted(block.state_dict()) == ["down.weight", "gate.weight", "up.weight"]
    gate = block.gate(x)
    torch.testing.assert_close(block(x), block.down(gate * gate.sigmoid() * block.up(x)))
