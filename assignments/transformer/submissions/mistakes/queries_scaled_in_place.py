"""The queries are divided in place.

loses: attention.empty, attention.gradients, heads.gradients, layers.gradients, transformer.values,
    attention.inputs
hint: After the call, print q: whose tensor did you divide?
"""


def scaled_dot_product_attention(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, causal: bool = False
) -> tuple[Tensor, Tensor]:
    q.data.div_(math.sqrt(q.shape[-1]))
    scores = q @ k.transpose(-2, -1)
    Lq, Lk = scores.shape[-2:]
    allowed = torch.ones(Lq, Lk, dtype=torch.bool, device=q.device)
    if causal:
        allowed = allowed.tril(Lk - Lq)
    if mask is not None:
        allowed = allowed & mask
    weights = scores.masked_fill(~allowed, -math.inf).softmax(dim=-1).masked_fill(~allowed, 0.0)
    return weights @ v, weights
