"""Public tests of `cache`: causal attention on the whole."""

import math

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


def test_cache_is_causal_attention(impl):
    """1 + 2 + 3 positions give what causal attention gives on six."""
    tensors, cache = qkv(6), impl.KVCache()
    pieces = zip(*(x.split([1, 2, 3], dim=2) for x in tensors), strict=True)
    out = torch.cat([cache.attend(*piece) for piece in pieces], dim=2)
    torch.testing.assert_close(out, plain(*tensors, causal=True)[0])
