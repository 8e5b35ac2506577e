"""Public tests of `longformer`: a worked number, full attention under the pattern."""

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
def test_longformer_follows_its_pattern(impl, causal):
    """A global key inside a window with gaps; the worked number of the notebook."""
    follows("longformer", impl.longformer, 13, window=2, dilation=2, global_positions=[4, 0], causal=causal)
    pattern = impl.longformer.pattern(6, window=1, dilation=2, global_positions=[0])
    assert pattern[3].nonzero().flatten().tolist() == [0, 1, 3, 5]
    assert pattern[0].all()
    assert pattern[:, 0].all()
