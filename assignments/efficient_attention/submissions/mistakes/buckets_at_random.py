"""The bucket of a position is drawn, whatever its vector is.

loses: lsh.pattern
hint: Do two equal vectors always fall into the same bucket?
"""


def _rounds(q: Tensor, n_hashes: int, bucket_size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """order: positions sorted by bucket; chunk: the chunk of each position; both [B,H,R,N]."""
    N = q.shape[-2]
    half = min(-(-N // (2 * bucket_size)), 32)
    bucket = torch.randint(2 * half, (*q.shape[:2], n_hashes, N), generator=generator)
    order = bucket.argsort(dim=-1, stable=True)
    return order, order.argsort(-1) // bucket_size
