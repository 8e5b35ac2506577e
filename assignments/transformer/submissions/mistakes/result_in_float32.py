"""Half-precision inputs come back as float32.

loses: rope.half
hint: What is the dtype of a product of a bfloat16 and a float32 tensor?
"""


def rope(x: Tensor, positions: Tensor, theta: float = 10000.0) -> Tensor:
    d = x.shape[-1]
    wide = torch.promote_types(x.dtype, torch.float32)
    frequency = theta ** (-torch.arange(0, d, 2, dtype=wide, device=x.device) / d)
    angle = positions.to(wide)[:, None] * frequency  # [L,d/2]
    cos, sin = angle.cos(), angle.sin()
    first, second = x[..., 0::2], x[..., 1::2]
    return torch.stack([first * cos - second * sin, first * sin + second * cos], dim=-1).flatten(-2)
