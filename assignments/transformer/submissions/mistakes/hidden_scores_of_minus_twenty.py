"""Hidden scores are −20, not −∞.

loses: attention.mask, attention.causal, attention.empty, attention.gradients, heads.mask, layers.encoder,
    layers.decoder, layers.gradients, transformer.values, transformer.sees, maps.values
hint: e⁻²⁰ is 2·10⁻⁹: small, not zero. Put 10⁹ into a hidden value, and it is 2. Which score has exactly no
    weight?
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
    weights = scores.masked_fill(~allowed, -20.0).softmax(dim=-1)
    return weights @ v, weights
