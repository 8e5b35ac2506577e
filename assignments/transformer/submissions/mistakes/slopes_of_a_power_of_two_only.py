"""The formula for powers of two is used for any number of heads.

loses: relative.alibi
hint: For 3 heads the notebook says 1/16, 1/256, 1/4. What do you return?
"""


def alibi_slopes(heads: int) -> Tensor:
    power = heads
    slopes = 2.0 ** (-8 * torch.arange(1, power + 1) / power)
    between = 2.0 ** (-8 * torch.arange(1, 2 * power, 2) / (2 * power))
    return torch.cat([slopes, between[: heads - power]])
