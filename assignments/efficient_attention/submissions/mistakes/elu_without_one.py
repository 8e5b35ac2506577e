"""φ(x) = elu(x): features are negative, and weights cancel.

loses: linear.values, linear.causal, linear.dtype, linear.cost
hint: Which values can your feature map have? May a weight be negative?
"""


def elu_plus_one(x: Tensor) -> Tensor:
    """φ(x) = elu(x), positive: [...,d] → [...,d] (Katharopoulos et al., 2020)."""
    return torch.nn.functional.elu(x)
