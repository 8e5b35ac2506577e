"""Angles are computed in float32, for float64 inputs, too.

loses: rope.values, rope.half
hint: float64 in: to how many digits is your result right? Where do your angles lose the others?
"""


def rope(x: Tensor, positions: Tensor, theta: float = 10000.0) -> Tensor:
    d = x.shape[-1]
    wide = torch.float32
    frequency = theta ** (-torch.arange(0, d, 2, dtype=wide, device=x.device) / d)
    angle = positions.to(wide)[:, None] * frequency  # [L,d/2]
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    first, second = x[..., 0::2], x[..., 1::2]
    return torch.stack([first * cos - second * sin, first * sin + second * cos], dim=-1).flatten(-2)
