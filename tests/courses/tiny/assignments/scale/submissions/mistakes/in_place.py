"""The mean is subtracted from the caller's tensor.

loses: standardise.values
hint: Look at x after the call. Whose
    tensor does `-=` change?
"""


def standardise(x: Tensor) -> Tensor:
    x -= x.mean(-1, keepdim=True)
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + EPS)
