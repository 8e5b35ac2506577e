"""exp(−|x|²/2) is missing.

loses: performer.features, performer.values
hint: Average φ(q)·φ(k) over many seeds, for a short and a long k. By which factor is each too large?
"""


def _favor_exponents(x: Tensor, omega: Tensor) -> Tensor:
    """ω·x' − |x'|²/2 with x' = x d^(−1/4): [...,d] → [...,m]."""
    x = x * x.shape[-1] ** -0.25
    return x @ omega.to(x).T
