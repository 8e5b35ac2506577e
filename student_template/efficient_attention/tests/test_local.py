"""Public tests of `local`: a worked number, full attention under the pattern."""

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


def test_worked_numbers_of_local(impl):
    """N = 4, window 1, all scores 0: 1.5, 2, 3, 3.5; causal 1, 1.5, 2.5, 3.5."""
    zeros, v = torch.zeros(1, 1, 4, 2), torch.tensor([1.0, 2, 3, 4]).reshape(1, 1, 4, 1)
    for causal, expected in ((False, [1.5, 2, 3, 3.5]), (True, [1, 1.5, 2.5, 3.5])):
        out = impl.local(zeros, zeros, v, window=1, causal=causal).flatten()
        torch.testing.assert_close(out, torch.tensor(expected))


@pytest.mark.parametrize("causal", [False, True])
def test_local_follows_its_pattern(impl, causal):
    """Windows 0, 2 and 50 with N = 13."""
    for window in (0, 2, 50):
        pattern = follows("local", impl.local, 13, window=window, causal=causal)
        assert pattern[6, 6 - min(window, 6)]
        assert not pattern[0, window + 1 :].any()
