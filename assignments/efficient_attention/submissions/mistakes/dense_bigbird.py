"""All N² scores are made, and masked.

loses: bigbird.cost
hint: A block of queries needs a few blocks of keys. Which ones do you multiply it with?
"""


def bigbird(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    block_size: int,
    window: int,
    random_blocks: int,
    global_positions: Sequence[int],
    generator: torch.Generator,
    causal: bool = False,
) -> Tensor:
    """Attention under bigbird_pattern: q, k [B,H,N,d], v [B,H,N,dv] → [B,H,N,dv]; linear in N."""
    options = {"block_size": block_size, "window": window, "random_blocks": random_blocks, "causal": causal}
    pattern = bigbird_pattern(q.shape[-2], global_positions=global_positions, generator=generator, **options)
    return attend(q, k, v, pattern)
