"""Public tests of `maps`: every block of a DigitNet, and a model that goes on training."""

import torch


def test_names_and_shapes(impl):
    """layer1.0, layer2.0 and layer3.0 of a DigitNet; no map is negative."""
    maps = impl.feature_maps(impl.DigitNet(), torch.rand(2, 1, 8, 8))
    shapes = {name: tuple(values.shape) for name, values in maps.items()}
    assert shapes == {"layer1.0": (2, 16, 8, 8), "layer2.0": (2, 32, 4, 4), "layer3.0": (2, 64, 2, 2)}
    for name, values in maps.items():
        assert bool((values >= 0).all()), f"{name} has negative values: the map is what comes out behind the last ReLU"


def test_model_in_training_mode_stays_so(impl):
    """A model in training mode is in training mode afterwards, and its statistics are as they were."""
    torch.manual_seed(7)
    model = impl.DigitNet().train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    impl.feature_maps(model, torch.rand(2, 1, 8, 8))
    assert model.training
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]), f"{name} has changed"
