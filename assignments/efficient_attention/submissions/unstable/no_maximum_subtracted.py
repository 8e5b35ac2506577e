"""Exponentials are taken of the scores as they are.

loses: full.stable
hint: What is exp(10000) in float32?
"""


def full(q, k, v, *, causal=False):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    weights = torch.exp(scores)
    if causal:
        weights = weights.tril(scores.shape[-1] - scores.shape[-2])
    total = weights.sum(-1, keepdim=True)
    return weights @ v / torch.where(total > 0, total, torch.ones_like(total))
