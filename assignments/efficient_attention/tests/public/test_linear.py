"""Public tests of `linear`: a worked number, the quadratic formula."""

import pytest
import torch


def qkv(N, d=4, dv=3, M=None):
    generator = torch.Generator().manual_seed(N)
    sizes = ((N, d), (M or N, d), (M or N, dv))
    return [torch.randn(2, 2, *size, generator=generator, dtype=torch.float64) for size in sizes]


def quadratic(fq, fk, v, causal):
    weights = fq @ fk.transpose(-2, -1)
    weights = weights.tril() if causal else weights
    return weights @ v / weights.sum(-1, keepdim=True)


@pytest.mark.parametrize("causal", [False, True])
def test_linear_is_the_quadratic_formula(impl, causal):
    """N = 11 with chunks of 1, 4 and 64; the worked number."""
    q, k, v = qkv(11)
    expected = quadratic(torch.nn.functional.elu(q) + 1, torch.nn.functional.elu(k) + 1, v, causal)
    for chunk in (1, 4, 64):
        torch.testing.assert_close(impl.linear(q, k, v, causal=causal, chunk=chunk), expected)
    q, k, v = (torch.tensor(x).reshape(1, 1, 2, 1) for x in ([0.0, 1.0], [0.0, 2.0], [1.0, 5.0]))
    out = impl.linear(q, k, v, causal=causal).flatten()
    torch.testing.assert_close(out, torch.tensor([1.0, 4.0] if causal else [4.0, 4.0]))
