"""Public tests of `bigbird`: a worked number, full attention under the pattern."""

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
def test_bigbird_follows_its_pattern(impl, causal):
    """Blocks of 4 with N = 14, a global position, one random block; the worked number of the notebook."""
    options = {"block_size": 4, "random_blocks": 1}
    follows("bigbird", impl.bigbird, 14, random=True, window=1, global_positions=[2], causal=causal, **options)
    row = impl.bigbird.pattern(10, window=0, global_positions=[], generator=seeded(), causal=causal, **options)[5]
    seen = row.nonzero().flatten().tolist()
    assert seen in ([[0, 1, 2, 3, 4, 5]] if causal else [[*range(8)], [*range(4, 10)]])
