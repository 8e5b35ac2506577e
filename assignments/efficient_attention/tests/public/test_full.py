"""Public tests of `full`: softmax of torch, a worked number."""

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


@pytest.mark.parametrize("causal", [False, True])
def test_full_is_plain_attention(impl, causal):
    """3 queries, 5 keys; the worked number; more queries than keys."""
    q, k, v = qkv(3, M=5)
    torch.testing.assert_close(impl.full(q, k, v, causal=causal), plain(q, k, v, causal)[0])
    one, k, v = torch.ones(1, 1, 2, 1), torch.tensor([0, math.log(3)]).reshape(1, 1, 2, 1), torch.tensor([0.0, 1.0])
    out = impl.full(one, k, v.reshape(1, 1, 2, 1), causal=causal).flatten()
    torch.testing.assert_close(out, torch.tensor([0.0 if causal else 0.75, 0.75]))
    q, k, v = qkv(4, M=2)
    if causal:
        assert (impl.full(q, k, v, causal=True)[:, :, :2] == 0).all(), "rows that see nothing must give zeros"
