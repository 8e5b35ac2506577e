"""All is computed and returned in float32.

loses: attention.values, attention.mask, attention.causal, attention.empty, attention.gradients, heads.values,
    heads.mask, heads.gradients, layers.encoder, layers.decoder, layers.gradients, transformer.values,
    transformer.sees, decoding.greedy, decoding.cache, maps.values, attention.stable, attention.dtype
hint: Give your function float64 or bfloat16. In which dtype does the result come back?
"""


def scaled_dot_product_attention(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, causal: bool = False
) -> tuple[Tensor, Tensor]:
    q, k, v = q.float(), k.float(), v.float()
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    Lq, Lk = scores.shape[-2:]
    allowed = torch.ones(Lq, Lk, dtype=torch.bool, device=q.device)
    if causal:
        allowed = allowed.tril(Lk - Lq)
    if mask is not None:
        allowed = allowed & mask
    weights = scores.masked_fill(~allowed, -math.inf).softmax(dim=-1).masked_fill(~allowed, 0.0)
    return weights @ v, weights
