"""q and k are each scaled by d^(−1/2).

loses: performer.features, performer.values
hint: The scores are divided by √d. If you divide q and k, each, by what must it be?
"""


def _favor_exponents(x: Tensor, omega: Tensor) -> Tensor:
    """ω·x' − |x'|²/2 with x' = x d^(−1/4): [...,d] → [...,m]."""
    x = x * x.shape[-1] ** -0.5
    return x @ omega.to(x).T - (x * x).sum(-1, keepdim=True) / 2
