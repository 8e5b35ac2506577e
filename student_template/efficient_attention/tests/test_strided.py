"""Public tests of `strided`: a worked number, full attention under the pattern."""

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
def test_strided_follows_its_pattern(impl, causal):
    """Strides 1, 3 and 20 with N = 13; the worked number of the notebook."""
    for stride in (1, 3, 20):
        follows("strided", impl.strided, 13, stride=stride, causal=causal)
    zeros, v = torch.zeros(1, 1, 5, 2), torch.tensor([1.0, 2, 3, 4, 5]).reshape(1, 1, 5, 1)
    out = impl.strided(zeros, zeros, v, stride=2, causal=causal).flatten()
    torch.testing.assert_close(out, torch.tensor([1.0, 2, 2, 3, 3] if causal else [3.0] * 5))
