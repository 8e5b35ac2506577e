"""The lengths of the rows are drawn from the global generator.

loses: performer.values
hint: Which of your calls of torch.randn does not have generator=generator?
"""


def orthogonal_features(features: int, d: int, generator: torch.Generator) -> Tensor:
    """omega [features,d]: each row is standard normal, and the rows of each block of d are orthogonal."""
    blocks = -(-features // d)
    normal = torch.randn(blocks, d, d, generator=generator, dtype=torch.float64)
    Q, R = torch.linalg.qr(normal)
    Q = Q * R.diagonal(dim1=-2, dim2=-1).sign().unsqueeze(-2)  # else the first entries of Q have all one sign
    directions = Q.transpose(-2, -1).reshape(blocks * d, d)[:features]
    lengths = torch.randn(features, d, dtype=torch.float64).norm(dim=-1, keepdim=True)
    return directions * lengths
