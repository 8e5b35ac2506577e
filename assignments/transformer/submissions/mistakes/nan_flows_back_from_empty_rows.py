"""NaN of an empty row is replaced in the values, and comes back in the gradient.

loses: attention.empty
hint: Your values are right. Call backward with one row masked completely: NaN times 0 is NaN. Which operation
    must never see a row without a number?
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
    hide = torch.zeros_like(scores).masked_fill(~allowed, -math.inf)
    weights = torch.nan_to_num((scores + hide).softmax(dim=-1))
    return weights @ v, weights
