"""The masked scores are made in torch's default dtype.

loses: attention.empty, attention.dtype
hint: torch.zeros(…) and torch.full(…) take torch's default dtype when you do not say which. Where would
    new_zeros or zeros_like help?
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
    hide = torch.zeros(allowed.shape).masked_fill(~allowed, -math.inf)
    weights = (scores + hide).softmax(dim=-1).masked_fill(~allowed, 0.0)
    return weights @ v, weights
