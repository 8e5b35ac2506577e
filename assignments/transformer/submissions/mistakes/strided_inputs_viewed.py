"""Inputs are flattened with view, which strided ones do not allow.

loses: heads.values, heads.mask, heads.gradients, layers.encoder, layers.decoder, layers.gradients,
    transformer.values, transformer.sees, transformer.artifact, decoding.greedy, decoding.cache, maps.values,
    attention.inputs, heads.products, heads.speed, decoding.cost, decoding.memory
hint: A slice of a larger tensor does not lie packed in memory. Which of your calls demands that, and which of
    its sisters copies when it has to?
"""


def scaled_dot_product_attention(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, causal: bool = False
) -> tuple[Tensor, Tensor]:
    q, k, v = q.view(q.shape), k.view(-1).view(k.shape), v
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    Lq, Lk = scores.shape[-2:]
    allowed = torch.ones(Lq, Lk, dtype=torch.bool, device=q.device)
    if causal:
        allowed = allowed.tril(Lk - Lq)
    if mask is not None:
        allowed = allowed & mask
    weights = scores.masked_fill(~allowed, -math.inf).softmax(dim=-1).masked_fill(~allowed, 0.0)
    return weights @ v, weights
