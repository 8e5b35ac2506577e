"""All N² scores are made, and masked.

loses: longformer.cost
hint: Only the rows of global positions have N keys. What does your code do for all others?
"""


def longformer(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    window: int,
    global_positions: Sequence[int],
    dilation: int = 1,
    causal: bool = False,
) -> Tensor:
    """Attention under longformer_pattern: q, k [B,H,N,d], v [B,H,N,dv] → [B,H,N,dv]; linear in N."""
    options = {"window": window, "global_positions": global_positions, "dilation": dilation, "causal": causal}
    return attend(q, k, v, longformer_pattern(q.shape[-2], **options))
