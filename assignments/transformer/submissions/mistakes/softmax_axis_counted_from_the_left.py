"""The softmax runs over axis 3, whatever the number of axes.

loses: attention.values, attention.mask, attention.causal, attention.empty, attention.gradients,
    attention.stable, attention.dtype, attention.inputs
hint: Your function works for tensors with a batch and heads. What is axis 3 of a tensor that has two axes, or
    five? Axes can be counted from the other end.
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
    weights = scores.masked_fill(~allowed, -math.inf).softmax(dim=3).masked_fill(~allowed, 0.0)
    return weights @ v, weights
