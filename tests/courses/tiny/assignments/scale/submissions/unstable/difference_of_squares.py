"""The variance is E[x²] - E[x]², two large numbers that almost cancel.

loses: standardise.stable
verdict: UNSTABLE
hint: What do you subtract when the rows are far from 0?
"""


def standardise(x: Tensor) -> Tensor:
    mean = x.mean(-1, keepdim=True)
    variance = (x * x).mean(-1, keepdim=True) - mean * mean
    return (x - mean) / torch.sqrt(variance + EPS)
