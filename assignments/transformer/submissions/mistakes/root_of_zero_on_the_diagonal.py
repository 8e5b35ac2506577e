"""The pairs n = m are in the sum: the derivative of their root is infinite.

loses: maps.diversity
hint: Call backward and look at the gradient. What is the derivative of √s at s = 0, and what is ∞ · 0?
"""


def head_diversity(outputs: Tensor) -> Tensor:
    return (outputs[:, None] - outputs).square().sum(dim=(-2, -1)).sqrt().sum()
