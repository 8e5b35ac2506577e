"""The variance divides by d - 1.

loses: standardise.values, standardise.stable
hint: By how many values does the variance of a row of length d divide?
"""


def standardise(x: Tensor) -> Tensor:
    centred = x - x.mean(-1, keepdim=True)
    variance = centred.square().sum(-1, keepdim=True) / (x.shape[-1] - 1)
    return centred / torch.sqrt(variance + EPS)
