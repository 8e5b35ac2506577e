"""Public tests of `flash`: softmax of torch, central differences."""

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
def test_flash_is_exact(impl, causal):
    """out and lse for blocks that do not divide 7 and 9, and large scores."""
    for factor in (1.0, 1e4):
        q, k, v = qkv(7, M=9)
        for actual, expected in zip(
            impl.flash(factor * q, k, v, causal=causal, block_q=3, block_k=4),
            plain(factor * q, k, v, causal),
            strict=True,
        ):
            torch.testing.assert_close(actual, expected)


def test_flash_backward(impl):
    """Central differences agree with your backward."""
    inputs = [x[:1, :1].clone().requires_grad_() for x in qkv(5)]
    assert torch.autograd.gradcheck(lambda *x: impl.flash(*x, causal=True, block_q=2, block_k=3)[0], inputs)
