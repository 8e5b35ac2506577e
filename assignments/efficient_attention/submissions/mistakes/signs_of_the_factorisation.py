"""Q is used with the signs that torch.linalg.qr chose.

loses: performer.features
hint: Average omega over many seeds. Is every entry 0 on average?
"""


def orthogonal_features(features: int, d: int, generator: torch.Generator) -> Tensor:
    """omega [features,d]: each row is standard normal, and the rows of each block of d are orthogonal."""
    blocks = -(-features // d)
    normal = torch.randn(blocks, d, d, generator=generator, dtype=torch.float64)
    Q, R = torch.linalg.qr(normal)
    directions = Q.transpose(-2, -1).reshape(blocks * d, d)[:features]
    lengths = torch.randn(features, d, generator=generator, dtype=torch.float64).norm(dim=-1, keepdim=True)
    return directions * lengths
