"""The first slope is 1.

loses: relative.alibi
hint: For 8 heads the first slope is ½. From which number does your exponent count?
"""


def alibi_slopes(heads: int) -> Tensor:
    power = 1 << (heads.bit_length() - 1)
    slopes = 2.0 ** (-8 * torch.arange(power) / power)
    between = 2.0 ** (-8 * torch.arange(1, 2 * power, 2) / (2 * power))
    return torch.cat([slopes, between[: heads - power]])
