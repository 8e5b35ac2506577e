"""Public tests of `resnet`: entries, counts and shapes."""

import torch


def test_imagenet(impl):
    """122 entries, 11,689,512 parameters, and logits [N,1000]."""
    model = impl.ResNet18(1000).eval()
    assert sum(p.numel() for p in model.parameters()) == 11_689_512
    assert len(model.state_dict()) == 122
    assert model(torch.randn(1, 3, 40, 33)).shape == (1, 1000)


def test_cifar(impl):
    """11,173,962 parameters, and logits [N,10]."""
    model = impl.ResNet18(10, stem="cifar").eval()
    assert sum(p.numel() for p in model.parameters()) == 11_173_962
    assert model(torch.randn(2, 3, 16, 16)).shape == (2, 10)
