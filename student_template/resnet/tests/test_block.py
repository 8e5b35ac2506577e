"""Public tests of `block`: counts, shapes, and the block with γ₂ = 0."""

import torch


def test_parameters(impl):
    """73,984 and 230,144 parameters under the names of the table."""
    same, other = impl.BasicBlock(64, 64), impl.BasicBlock(64, 128, 2)
    parts = {name.rpartition(".")[0] for name in other.state_dict()}
    assert parts == {"conv1", "bn1", "conv2", "bn2", "downsample.0", "downsample.1"}
    for block, count in ((same, 73_984), (other, 230_144)):
        assert sum(p.numel() for p in block.parameters()) == count


def test_shapes(impl):
    """The side is divided by the stride and rounded up; the channels are c_out."""
    x = torch.randn(2, 4, 7, 10)
    for c_out, stride, side in ((4, 1, (7, 10)), (6, 1, (7, 10)), (4, 2, (4, 5)), (6, 2, (4, 5))):
        assert impl.BasicBlock(4, c_out, stride)(x).shape == (2, c_out, *side)


def test_silent_block(impl):
    """With bn2.weight = 0 a block that keeps the shape gives ReLU(x), and x stays as it is."""
    torch.manual_seed(4)
    block, x = impl.BasicBlock(3, 3), torch.randn(2, 3, 5, 5)
    torch.nn.init.zeros_(block.bn2.weight)
    before = x.clone()
    torch.testing.assert_close(block(x), before.clamp(min=0))
    assert torch.equal(x, before), "the block changes its input"


def test_every_parameter_learns(impl):
    """In training mode a gradient reaches x and every parameter, and no output is negative."""
    torch.manual_seed(5)
    block, x = impl.BasicBlock(3, 4, 2), torch.randn(4, 3, 6, 6, requires_grad=True)
    y = block(x)
    assert bool((y >= 0).all()), "an output is negative"
    (y * torch.randn_like(y)).sum().backward()
    for name, p in [("x", x), *block.named_parameters()]:
        assert p.grad is not None, f"no gradient reaches {name}"
        assert bool((p.grad != 0).any()), f"the gradient of {name} is zero"
