"""Feature i is paired with i + d/2.

loses: rope.values, rope.half
hint: Both pairings exist, and both are relative. Which one is pinned here: neighbours or halves?
"""


def rope(x: Tensor, positions: Tensor, theta: float = 10000.0) -> Tensor:
    d = x.shape[-1]
    wide = torch.promote_types(x.dtype, torch.float32)
    frequency = theta ** (-torch.arange(0, d, 2, dtype=wide, device=x.device) / d)
    angle = positions.to(wide)[:, None] * frequency  # [L,d/2]
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cos - second * sin, first * sin + second * cos], dim=-1)
