"""The rotation comes from the global generator.

loses: lsh.chance, lsh.values, lsh.pattern
hint: Which of your calls of torch.randn does not have generator=generator?
"""


def _rounds(q: Tensor, n_hashes: int, bucket_size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """order: positions sorted by bucket; chunk: the chunk of each position; both [B,H,R,N]."""
    N, d = q.shape[-2:]
    half = min(-(-N // (2 * bucket_size)), 32)
    R = torch.randn(n_hashes, d, half, dtype=torch.float64).to(q.device)
    turned = q.detach().double().unsqueeze(2) @ R  # [B,H,R,N,half]
    bucket = torch.cat([turned, -turned], dim=-1).argmax(-1)
    order = bucket.argsort(dim=-1, stable=True)
    return order, order.argsort(-1) // bucket_size
