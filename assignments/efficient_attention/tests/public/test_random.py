"""Public tests of `random`: full attention under the pattern, numbers of keys."""

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


def follows(name, function, N, *, random=False, **options):
    q, k, v = qkv(N)
    more = (lambda: {"generator": seeded()}) if random else dict
    pattern = function.pattern(N, **options, **more())
    assert pattern.dtype == torch.bool, f"{name}.pattern is not of bool"
    assert pattern.shape == (N, N), f"{name}.pattern is not [N,N]"
    torch.testing.assert_close(
        function(q, k, v, **options, **more()),
        under(q, k, v, pattern),
        msg=lambda m: f"{name}: N = {N}, {options}: not full attention under your own pattern: {m}",
    )
    return pattern


@pytest.mark.parametrize("causal", [False, True])
def test_random_follows_its_pattern(impl, causal):
    """4 keys with N = 13: as many in each row, itself among them."""
    pattern = follows("random_sparse", impl.random_sparse, 13, random=True, keys=4, causal=causal)
    expected = torch.arange(1, 14).clamp(max=4) if causal else torch.full((13,), 4)
    assert torch.equal(pattern.sum(1), expected), "a row has another number of keys than asked"
    assert pattern.diagonal().all(), "a position does not see itself"
