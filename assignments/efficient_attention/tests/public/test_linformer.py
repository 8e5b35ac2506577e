"""Public tests of `linformer`: full attention for E = F = I."""

import math

import pytest
import torch


def qkv(N, d=4, dv=3, M=None):
    generator = torch.Generator().manual_seed(N)
    sizes = ((N, d), (M or N, d), (M or N, dv))
    return [torch.randn(2, 2, *size, generator=generator, dtype=torch.float64) for size in sizes]


def plain(q, k, v, causal=False):
    """Attention by torch's softmax, and the log-sum-exp of its rows; as many keys as queries, or more."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        hidden = torch.ones_like(scores, dtype=torch.bool).triu(scores.shape[-1] - scores.shape[-2] + 1)
        scores = scores.masked_fill(hidden, -math.inf)
    return scores.softmax(-1) @ v, scores.logsumexp(-1)


def test_linformer(impl):
    """E = F = I is full attention; causal=True raises ValueError."""
    q, k, v = qkv(6)
    eye = torch.eye(6, dtype=torch.float64)
    torch.testing.assert_close(impl.linformer(q, k, v, E=eye, F=eye), plain(q, k, v)[0])
    with pytest.raises(ValueError):  # noqa: PT011 (its words are free)
        impl.linformer(q, k, v, E=eye, F=eye, causal=True)
