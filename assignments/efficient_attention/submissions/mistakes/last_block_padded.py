"""The last block attends to its padding.

loses: bigbird.values
hint: Take N = 10 and blocks of 4. What stands in the last two places of the last block?
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
    N, device = q.shape[-2], q.device
    count = -(-N // block_size)
    rows = _chosen_blocks(count, window, random_blocks, generator, causal)
    width = max(map(len, rows))
    # Block number `count` stands for none: all its positions are beyond N.
    chosen = torch.tensor([row + [count] * (width - len(row)) for row in rows], device=device)
    inner = torch.arange(block_size, device=device)
    j = (chosen[:, :, None] * block_size + inner).flatten(1)  # [count,width·b]
    everyone = torch.as_tensor(list(global_positions), dtype=torch.int64, device=device)
    is_global = torch.zeros(N, dtype=torch.bool, device=device)
    is_global[everyone] = True
    inside = j < count * block_size
    j = j.clamp(max=N - 1)
    index = torch.cat([j, everyone.expand(count, -1)], dim=1)
    allowed = torch.cat([inside & ~is_global[j], torch.ones_like(everyone, dtype=torch.bool).expand(count, -1)], dim=1)
    seen = allowed[:, None, :].expand(-1, block_size, -1)
    if causal:
        i = torch.arange(count * block_size, device=device).reshape(count, block_size, 1)
        seen = seen & (index[:, None, :] <= i)
    queries = torch.nn.functional.pad(q, (0, 0, 0, count * block_size - N)).unflatten(-2, (count, block_size))
    out = attend(queries, k[:, :, index], v[:, :, index], seen).flatten(-3, -2)[..., :N, :]
    before = torch.arange(N, device=device) <= everyone[:, None] if causal else None
    return out.index_copy(2, everyone, attend(q[:, :, everyone], k, v, before))
