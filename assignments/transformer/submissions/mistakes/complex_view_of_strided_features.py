"""Pairs are viewed as complex numbers, which strided features do not allow.

loses: rope.inputs
hint: A slice with a step does not lie packed in memory, and two features that are not neighbours there are no
    complex number. What makes a packed copy?
"""


def rope(x: Tensor, positions: Tensor, theta: float = 10000.0) -> Tensor:
    d = x.shape[-1]
    wide = torch.promote_types(x.dtype, torch.float32)
    frequency = theta ** (-torch.arange(0, d, 2, dtype=wide, device=x.device) / d)
    angle = positions.to(wide)[:, None] * frequency  # [L,d/2]
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    pairs = torch.view_as_complex(x.to(wide).unflatten(-1, (-1, 2)))
    turned = torch.view_as_real(pairs * torch.complex(angle.cos(), angle.sin()))
    return turned.flatten(-2).to(x.dtype)
