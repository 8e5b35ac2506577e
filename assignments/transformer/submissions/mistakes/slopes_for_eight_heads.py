"""The ratio of the slopes is always ½.

loses: relative.alibi
hint: For 16 heads the last slope is 1/256, too. What is yours?
"""


def alibi_slopes(heads: int) -> Tensor:
    power = 1 << (heads.bit_length() - 1)
    slopes = 2.0 ** (-1.0 * torch.arange(1, power + 1))
    between = 2.0 ** (-0.5 * torch.arange(1, 2 * power, 2))
    return torch.cat([slopes, between[: heads - power]])
