"""Hidden scores are −1e9, not −∞.

loses: attention.mask, attention.empty, heads.mask, attention.dtype
hint: Scores of −10¹² are below your −10⁹, and float16 has no such number at all. Is there one that is below
    every score, in every dtype?
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
    weights = scores.masked_fill(~allowed, -1e9).softmax(dim=-1)
    return weights @ v, weights
