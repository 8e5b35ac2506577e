"""Public tests of `loss`, which students run themselves: numbers on paper, and torch's own loss."""

import math

import torch


def test_worked_number(impl):
    """Scores (0, ln 3): surprises ln 4/3 and ln 4, 0.837 on average."""
    logits = torch.tensor([[0.0, math.log(3)], [0.0, math.log(3)]])
    loss = impl.cross_entropy(logits, torch.tensor([1, 0]))
    assert loss.shape == (), f"the loss has the shape {tuple(loss.shape)}, and should have no axes"
    assert abs(float(loss) - (math.log(4 / 3) + math.log(4)) / 2) < 1e-5


def test_equal_scores(impl):
    """Who knows nothing of 5 classes is surprised by ln 5, whatever is right."""
    assert abs(float(impl.cross_entropy(torch.full((3, 5), 2.0), torch.tensor([0, 4, 2]))) - math.log(5)) < 1e-5
