"""With a mask, causal is ignored.

loses: attention.causal, attention.gradients
hint: Call your function with a mask of all True and causal=True. Both have to allow: what does your code do
    with the second one?
"""


def scaled_dot_product_attention(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, causal: bool = False
) -> tuple[Tensor, Tensor]:
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    Lq, Lk = scores.shape[-2:]
    allowed = torch.ones(Lq, Lk, dtype=torch.bool, device=q.device)
    if mask is not None:
        allowed = allowed & mask
    elif causal:
        allowed = allowed.tril(Lk - Lq)
    weights = scores.masked_fill(~allowed, -math.inf).softmax(dim=-1).masked_fill(~allowed, 0.0)
    return weights @ v, weights
