"""The slopes are negative.

loses: relative.alibi
hint: What is subtracted from a score is m·|i − j|. Which sign has m then? (It is the bias that is negative.)
"""


def alibi_slopes(heads: int) -> Tensor:
    power = 1 << (heads.bit_length() - 1)
    slopes = 2.0 ** (-8 * torch.arange(1, power + 1) / power)
    between = 2.0 ** (-8 * torch.arange(1, 2 * power, 2) / (2 * power))
    return -torch.cat([slopes, between[: heads - power]])
