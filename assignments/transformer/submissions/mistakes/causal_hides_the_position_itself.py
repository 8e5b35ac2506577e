"""A position does not see itself: the mask hides j ≥ i.

loses: attention.causal, attention.empty, attention.gradients, heads.mask, layers.decoder, layers.gradients,
    transformer.values, transformer.artifact, maps.values
hint: May a position attend to itself? Read the condition on i and j again (the notes have a misprint there),
    and look at what your first row sees.
"""


def scaled_dot_product_attention(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, causal: bool = False
) -> tuple[Tensor, Tensor]:
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    Lq, Lk = scores.shape[-2:]
    allowed = torch.ones(Lq, Lk, dtype=torch.bool, device=q.device)
    if causal:
        allowed = allowed.tril(Lk - Lq - 1)
    if mask is not None:
        allowed = allowed & mask
    weights = scores.masked_fill(~allowed, -math.inf).softmax(dim=-1).masked_fill(~allowed, 0.0)
    return weights @ v, weights
