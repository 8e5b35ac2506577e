"""All sines stand in the first half, all cosines in the second.

loses: sinusoids.values, transformer.values, transformer.artifact, maps.values
hint: Print row 0 for d = 6. The notebook wants 0, 1, 0, 1, 0, 1.
"""


def sinusoidal_positions(length: int, d: int) -> Tensor:
    frequency = 10000.0 ** (-torch.arange(0, d, 2) / d)  # [d/2]
    angle = torch.arange(length)[:, None] * frequency
    return torch.cat([angle.sin(), angle.cos()], dim=1)
