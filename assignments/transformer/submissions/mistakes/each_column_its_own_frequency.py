"""The exponent is the number of the column: sine and cosine of a pair have different frequencies.

loses: sinusoids.values, transformer.values, maps.values
hint: i numbers pairs. Do columns 2i and 2i + 1 of your encoding satisfy sin² + cos² = 1?
"""


def sinusoidal_positions(length: int, d: int) -> Tensor:
    frequency = 10000.0 ** (-torch.arange(d) / d)
    angle = torch.arange(length)[:, None] * frequency
    return torch.where(torch.arange(d) % 2 == 0, angle.sin(), angle.cos())
