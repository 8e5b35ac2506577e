"""Public tests of `digits`: shapes, parts, and that it can learn."""

import torch


def test_logits(impl):
    """Logits [N,num_classes] for 8×8 images and others."""
    assert impl.DigitNet()(torch.randn(3, 1, 8, 8)).shape == (3, 10)
    assert impl.DigitNet(4)(torch.randn(2, 1, 11, 9)).shape == (2, 4)


def test_parts(impl):
    """77,754 parameters; conv1, bn1, layer1, layer2, layer3 and fc, with one block a layer."""
    model = impl.DigitNet()
    assert {name.partition(".")[0] for name in model.state_dict()} == {
        "conv1",
        "bn1",
        "layer1",
        "layer2",
        "layer3",
        "fc",
    }
    assert isinstance(model.layer2[0], impl.BasicBlock)
    assert sum(p.numel() for p in model.parameters()) == 77_754


def test_every_parameter_learns(impl):
    """A gradient reaches every parameter."""
    torch.manual_seed(6)
    model = impl.DigitNet()
    y = model(torch.rand(8, 1, 8, 8))
    (y * torch.randn_like(y)).sum().backward()
    for name, p in model.named_parameters():
        assert p.grad is not None, f"no gradient reaches {name}"
        assert bool((p.grad != 0).any()), f"the gradient of {name} is zero"
