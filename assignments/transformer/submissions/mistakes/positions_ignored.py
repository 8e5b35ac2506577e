"""The positions are always 0, 1, 2, …

loses: rope.values, rope.relative, rope.half
hint: With a cache a new token comes alone. Call your function with positions [5]: is the result that of
    position 5?
"""


def rope(x: Tensor, positions: Tensor, theta: float = 10000.0) -> Tensor:
    d = x.shape[-1]
    wide = torch.promote_types(x.dtype, torch.float32)
    frequency = theta ** (-torch.arange(0, d, 2, dtype=wide, device=x.device) / d)
    angle = torch.arange(x.shape[-2]).to(wide)[:, None] * frequency  # [L,d/2]
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    first, second = x[..., 0::2], x[..., 1::2]
    return torch.stack([first * cos - second * sin, first * sin + second * cos], dim=-1).flatten(-2)
