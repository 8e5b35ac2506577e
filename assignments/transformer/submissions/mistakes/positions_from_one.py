"""The first position is 1.

loses: sinusoids.values, transformer.values, transformer.artifact, maps.values
hint: The encoding of position 0 is 0, 1, 0, 1, …: which row of yours is that?
"""


def sinusoidal_positions(length: int, d: int) -> Tensor:
    frequency = 10000.0 ** (-torch.arange(0, d, 2) / d)  # [d/2]
    angle = torch.arange(1, length + 1)[:, None] * frequency
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)
