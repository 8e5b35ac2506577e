"""Exponentials are taken of the scores as they are.

loses: attention.mask, attention.stable
hint: In float32 exp(89) is infinite, and ∞/∞ is NaN. What may be subtracted from all scores of a row without
    changing its softmax?
"""


def scaled_dot_product_attention(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, causal: bool = False
) -> tuple[Tensor, Tensor]:
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    Lq, Lk = scores.shape[-2:]
    allowed = torch.ones(Lq, Lk, dtype=torch.bool, device=q.device)
    if causal:
        allowed = allowed.tril(Lk - Lq)
    if mask is not None:
        allowed = allowed & mask
    exponentials = torch.exp(scores.masked_fill(~allowed, -math.inf))
    weights = (exponentials / exponentials.sum(dim=-1, keepdim=True)).masked_fill(~allowed, 0.0)
    return weights @ v, weights
