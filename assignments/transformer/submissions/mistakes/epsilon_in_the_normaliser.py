"""A small number is added to the sum of the exponentials.

loses: attention.values, attention.mask, attention.causal, attention.empty, attention.gradients, heads.values,
    heads.mask, heads.gradients, layers.encoder, layers.decoder, layers.gradients, transformer.values,
    transformer.artifact, maps.values, attention.stable, attention.dtype, attention.inputs, heads.products,
    heads.speed, decoding.cost, decoding.memory
hint: What do the rows of your weights sum to, to ten digits? A row that sees something needs no protection
    from dividing by 0, for its largest exponential is 1.
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
    largest = scores.amax(dim=-1, keepdim=True).clamp(min=-1e300)
    exponentials = torch.exp(scores - largest)
    weights = exponentials / (exponentials.sum(dim=-1, keepdim=True) + 1e-6)
    return weights @ v, weights
