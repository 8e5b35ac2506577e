"""The even columns are cosines.

loses: sinusoids.values, transformer.values, transformer.artifact, maps.values
hint: Which of the two is 0 at position 0, and in which column does the notebook have it?
"""


def sinusoidal_positions(length: int, d: int) -> Tensor:
    frequency = 10000.0 ** (-torch.arange(0, d, 2) / d)  # [d/2]
    angle = torch.arange(length)[:, None] * frequency
    return torch.stack([angle.cos(), angle.sin()], dim=-1).flatten(1)
