"""The mask is used transposed.

loses: attention.mask, attention.causal, attention.empty, attention.gradients, heads.mask, layers.encoder,
    layers.decoder, transformer.values, transformer.sees, transformer.artifact, decoding.greedy,
    decoding.cache, attention.dtype
hint: mask[i, j] says whether query i may attend to key j. Try a mask with a single True in its corner (0, 1).
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
        allowed = allowed & mask.expand(*mask.shape[:-2], Lq, Lk).transpose(-2, -1).reshape(*mask.shape[:-2], Lq, Lk)
    weights = scores.masked_fill(~allowed, -math.inf).softmax(dim=-1).masked_fill(~allowed, 0.0)
    return weights @ v, weights
