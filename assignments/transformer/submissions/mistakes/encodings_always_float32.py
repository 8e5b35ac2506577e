"""The encodings are float32 whatever the default dtype is.

loses: sinusoids.values, transformer.values, maps.values
hint: torch.set_default_dtype(torch.float64), and look at the dtype and at the tenth digit.
"""


def sinusoidal_positions(length: int, d: int) -> Tensor:
    frequency = 10000.0 ** (-torch.arange(0, d, 2) / d)  # [d/2]
    angle = torch.arange(length)[:, None] * frequency
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1).float()
