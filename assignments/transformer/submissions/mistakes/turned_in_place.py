"""The turned features are written into x.

loses: rope.values, rope.inputs
hint: Whose tensor does x[..., 0::2] = … write into?
"""


def rope(x: Tensor, positions: Tensor, theta: float = 10000.0) -> Tensor:
    d = x.shape[-1]
    wide = torch.promote_types(x.dtype, torch.float32)
    frequency = theta ** (-torch.arange(0, d, 2, dtype=wide, device=x.device) / d)
    angle = positions.to(wide)[:, None] * frequency  # [L,d/2]
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    first, second = x[..., 0::2], x[..., 1::2]
    turned = x.data
    even = first * cos - second * sin
    turned[..., 1::2] = (first * sin + second * cos).detach()
    turned[..., 0::2] = even.detach()
    return x * 1
