"""Random Fourier features: √(2/m)·cos(ω·x + …), whose products can be negative.

loses: performer.features, performer.stable, performer.cost
hint: Can one of your features be negative? What does that do to a denominator?
"""


def favor_features(x, omega):
    x = x * x.shape[-1] ** -0.25
    half = omega.to(x)
    phase = torch.linspace(0, 6.28, len(half)).to(x)
    return math.sqrt(2 / len(half)) * torch.cos(x @ half.T + phase) * torch.exp((x * x).sum(-1, keepdim=True) / 2)


def performer(q, k, v, *, features, generator, causal=False):
    omega = orthogonal_features(features, q.shape[-1], generator)
    return _kernel_attention(favor_features(q, omega), favor_features(k, omega), v, causal, 64)
