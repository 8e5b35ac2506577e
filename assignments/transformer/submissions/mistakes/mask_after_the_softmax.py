"""Hidden weights are set to 0 after the softmax, and the rest is not normalised.

loses: attention.mask, attention.causal, attention.empty, attention.gradients, heads.mask, layers.encoder,
    layers.decoder, layers.gradients, transformer.values, transformer.sees, transformer.artifact,
    decoding.greedy, decoding.cache, maps.values, attention.dtype
hint: Print weights.sum(-1) with a mask. To whom did the attention go that is missing?
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
    weights = scores.softmax(dim=-1).masked_fill(~allowed, 0.0)
    return weights @ v, weights
