"""q and k are not scaled by d^(−1/4).

loses: performer.features, performer.values
hint: exp(q·k) or exp(q·k/√d): which one do your features estimate?
"""


def _favor_exponents(x: Tensor, omega: Tensor) -> Tensor:
    """ω·x' − |x'|²/2 with x' = x d^(−1/4): [...,d] → [...,m]."""
    x = x * 1
    return x @ omega.to(x).T - (x * x).sum(-1, keepdim=True) / 2
