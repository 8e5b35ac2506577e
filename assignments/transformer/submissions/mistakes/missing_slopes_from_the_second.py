"""The missing slopes are the second, fourth, … of twice as many heads.

loses: relative.alibi
hint: The missing slopes lie between those that are there already. Which ones of the 2n are those that the n
    heads do not have?
"""


def alibi_slopes(heads: int) -> Tensor:
    power = 1 << (heads.bit_length() - 1)
    slopes = 2.0 ** (-8 * torch.arange(1, power + 1) / power)
    between = 2.0 ** (-8 * torch.arange(2, 2 * power + 1, 2) / (2 * power))
    return torch.cat([slopes, between[: heads - power]])
