"""Public tests of `maps`."""

import torch


def test_maps(impl):
    """Encoder first, then self and cross by layer: shapes, rows that sum to 1, a triangle for the decoder's own."""
    maps = impl.attention_maps(
        impl.Transformer(9, 7, 8, 2, 2, 12), torch.tensor([[1, 2, 3, 4]]), torch.tensor([[1, 2, 3]])
    )
    shapes = [(2, 4, 4)] * 2 + [(2, 3, 3), (2, 3, 4)] * 2
    assert [tuple(one.shape) for one in maps] == shapes
    for one in maps:
        torch.testing.assert_close(one.sum(-1), torch.ones(one.shape[:2]), msg="rows do not sum to 1")
    assert bool((maps[2].triu(1) == 0).all()), "decoder self-attention is not causal"


def test_diversity(impl):
    """Three heads 0, 3, 4 of one number each: D = 16."""
    assert abs(float(impl.head_diversity(torch.tensor([0.0, 3.0, 4.0]).reshape(3, 1, 1))) - 16) < 1e-4
