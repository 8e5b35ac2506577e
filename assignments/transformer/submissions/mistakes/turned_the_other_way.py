"""The pairs are turned by −p·θ_i.

loses: rope.values, rope.half
hint: Turn (1, 0) by a small angle: does its second entry become positive? Scores do not tell, for both are
    turned.
"""


def rope(x: Tensor, positions: Tensor, theta: float = 10000.0) -> Tensor:
    d = x.shape[-1]
    wide = torch.promote_types(x.dtype, torch.float32)
    frequency = theta ** (-torch.arange(0, d, 2, dtype=wide, device=x.device) / d)
    angle = positions.to(wide)[:, None] * frequency  # [L,d/2]
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    first, second = x[..., 0::2], x[..., 1::2]
    return torch.stack([first * cos + second * sin, second * cos - first * sin], dim=-1).flatten(-2)
