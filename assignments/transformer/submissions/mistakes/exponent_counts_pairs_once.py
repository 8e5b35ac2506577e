"""The exponent is −i/d, with i counting pairs.

loses: sinusoids.values, transformer.values, transformer.artifact, maps.values
hint: For d = 4 the second frequency is 0.01. What is yours? There is a 2 in the exponent.
"""


def sinusoidal_positions(length: int, d: int) -> Tensor:
    frequency = 10000.0 ** (-torch.arange(d // 2) / d)  # [d/2]
    angle = torch.arange(length)[:, None] * frequency
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)
