"""Hidden scores are −1e4, not −∞.

loses: attention.mask, attention.empty, heads.mask
hint: A row whose scores are all −20000 prefers your hidden keys to those that it may see. Is there a number
    that is below every score?
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
    weights = scores.masked_fill(~allowed, -1e4).softmax(dim=-1)
    return weights @ v, weights
