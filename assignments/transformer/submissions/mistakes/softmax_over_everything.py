"""One softmax over all scores: the weights of all rows together sum to 1.

loses: attention.values, attention.mask, attention.causal, attention.empty, attention.gradients, heads.values,
    heads.mask, heads.gradients, layers.encoder, layers.decoder, layers.gradients, transformer.values,
    transformer.sees, transformer.artifact, decoding.greedy, decoding.cache, maps.values, attention.stable, attention.dtype,
    heads.speed
hint: Print weights.sum() and weights.sum(-1). Whose attention adds up to 1, that of one query or of all of
    them together?
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
    weights = scores.flatten().softmax(0).view_as(scores).masked_fill(~allowed, 0.0)
    return weights @ v, weights
