"""Public tests of `performer`: the quadratic formula with its own features."""

import pytest
import torch


def qkv(N, d=4, dv=3, M=None):
    generator = torch.Generator().manual_seed(N)
    sizes = ((N, d), (M or N, d), (M or N, dv))
    return [torch.randn(2, 2, *size, generator=generator, dtype=torch.float64) for size in sizes]


def seeded():
    return torch.Generator().manual_seed(5)


def quadratic(fq, fk, v, causal):
    weights = fq @ fk.transpose(-2, -1)
    weights = weights.tril() if causal else weights
    return weights @ v / weights.sum(-1, keepdim=True)


@pytest.mark.parametrize("causal", [False, True])
def test_performer_is_its_own_quadratic_formula(impl, causal):
    """With omega, favor_features(q) and favor_features(k) of your own; rows of different lengths."""
    q, k, v = qkv(9)
    k = k * torch.linspace(0.2, 1.5, 9, dtype=torch.float64)[:, None]
    omega = impl.orthogonal_features(12, 4, seeded()).double()
    assert omega.shape == (12, 4)
    products = omega[:4] @ omega[:4].T
    assert (products - products.diagonal().diag()).abs().max() < 1e-4, "the first four rows are not orthogonal"
    fq, fk = impl.favor_features(q, omega), impl.favor_features(k, omega)
    out = impl.performer(q, k, v, features=12, generator=seeded(), causal=causal)
    torch.testing.assert_close(out, quadratic(fq, fk, v, causal), rtol=1e-5, atol=1e-5)


def test_performer_on_long_rows(impl):
    """Rows of norm 50 stay finite in float32."""
    q, k, v = (x.float() for x in qkv(9))
    q, k = (50 * x / x.norm(dim=-1, keepdim=True) for x in (q, k))
    assert impl.performer(q, k, v, features=16, generator=seeded()).isfinite().all()
