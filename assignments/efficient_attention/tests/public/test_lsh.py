"""Public tests of `lsh`: full attention in one chunk and under the pattern."""

import pytest
import torch


def qkv(N, d=4, dv=3):
    generator = torch.Generator().manual_seed(N)
    return (torch.randn(2, 2, N, w, generator=generator, dtype=torch.float64) for w in (d, d, dv))


def seeded():
    return torch.Generator().manual_seed(5)


def under(q, k, v, pattern):
    """Attention of torch's softmax under a pattern."""
    scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
    return scores.masked_fill(~pattern, float("-inf")).softmax(-1) @ v


@pytest.mark.parametrize("causal", [False, True])
def test_lsh_is_full_in_one_chunk_and_follows_its_pattern(impl, causal):
    """bucket_size ≥ N gives full attention of q to itself; else it follows lsh.pattern."""
    q, _, v = qkv(13)
    for size in (20, 3):
        options = {"n_hashes": 2, "bucket_size": size, "causal": causal}
        pattern = impl.lsh.pattern(q, generator=seeded(), **options)
        if size > 13:
            assert torch.equal(pattern, torch.ones_like(pattern).tril() if causal else torch.ones_like(pattern))
        torch.testing.assert_close(impl.lsh(q, q, v, generator=seeded(), **options), under(q, q, v, pattern))
