"""A tenth of the weights is dropped, in evaluation, too.

loses: attention.values, attention.mask, attention.causal, attention.empty, attention.gradients, heads.values,
    heads.mask, heads.gradients, layers.encoder, layers.decoder, layers.gradients, transformer.values,
    transformer.sees, transformer.artifact, decoding.greedy, decoding.cache, maps.values, attention.stable,
    attention.dtype, attention.inputs, heads.speed
hint: Call your function twice with the same inputs. The notebook asks for no dropout; where there is one, it
    belongs to training only.
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
    weights = scores.masked_fill(~allowed, -math.inf).softmax(dim=-1).masked_fill(~allowed, 0.0)
    return nn.functional.dropout(weights, 0.1) @ v, weights
