"""The causal mask is written into the mask that was given.

loses: attention.inputs
hint: After a call with causal=True, print the mask that you passed. a &= b does not make a new tensor.
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
        if mask.shape[-2:] == allowed.shape:
            mask &= allowed
            allowed = mask
        else:
            allowed = allowed & mask
    weights = scores.masked_fill(~allowed, -math.inf).softmax(dim=-1).masked_fill(~allowed, 0.0)
    return weights @ v, weights
