"""Properties that every right answer to `standardise` has."""

import torch


def test_rows_have_mean_zero(impl):
    """Each row of the result has mean 0."""
    y = impl.standardise(torch.randn(4, 9, generator=torch.Generator().manual_seed(1)))
    assert y.mean(-1).abs().max() < 1e-5


def test_rows_have_variance_one(impl):
    """Each row of the result has variance 1, dividing by d."""
    y = impl.standardise(torch.randn(4, 9, generator=torch.Generator().manual_seed(2)))
    assert ((y**2).mean(-1) - 1).abs().max() < 1e-3
