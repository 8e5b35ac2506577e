"""The window has no gaps.

loses: longformer.values, longformer.pattern
hint: Which j does row 6 see at window 2 and dilation 3?
"""


def longformer_pattern(
    N: int, *, window: int, global_positions: Sequence[int], dilation: int = 1, causal: bool = False
) -> Tensor:
    """bool [N,N]: a window with gaps, and global positions in both directions; and j ≤ i if causal."""
    i, j = torch.arange(N)[:, None], torch.arange(N)
    pattern = (i - j).abs() <= window
    pattern[list(global_positions)] = True
    pattern[:, list(global_positions)] = True
    return pattern & ((j <= i) | (not causal))


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
    N, device = q.shape[-2], q.device
    everyone = torch.as_tensor(list(global_positions), dtype=torch.int64, device=device)
    is_global = torch.zeros(N, dtype=torch.bool, device=device)
    is_global[everyone] = True
    i = torch.arange(N, device=device)[:, None]
    j = i + torch.arange(-window, window + 1, device=device)  # [N,2w+1]
    inside = (j >= 0) & (j < N)
    j = j.clamp(0, N - 1)
    index = torch.cat([j, everyone.expand(N, -1)], dim=1)
    allowed = torch.cat([inside & ~is_global[j], torch.ones_like(everyone, dtype=torch.bool).expand(N, -1)], dim=1)
    if causal:
        allowed = allowed & (index <= i)
    out = attend(q.unsqueeze(-2), k[:, :, index], v[:, :, index], allowed[:, None, :]).squeeze(-2)
    seen = torch.arange(N, device=device) <= everyone[:, None] if causal else None
    return out.index_copy(2, everyone, attend(q[:, :, everyone], k, v, seen))
