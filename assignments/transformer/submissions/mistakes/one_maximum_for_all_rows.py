"""The largest score of all rows is subtracted, not that of each row.

loses: attention.causal, attention.empty, attention.stable
hint: exp(−2000) is 0 in any dtype. What happens to a row whose scores are all 2000 below the largest one of
    another row, or of another sequence?
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
    scores = scores.masked_fill(~allowed, -math.inf)
    exponentials = torch.exp(scores - scores.max())
    total = exponentials.sum(dim=-1, keepdim=True)
    weights = (exponentials / total).masked_fill(~allowed, 0.0)
    return weights @ v, weights
