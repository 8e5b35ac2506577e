"""Queries and keys are hashed with different rotations.

loses: lsh.pattern, lsh.cost
hint: u as a query and u as a key: do they fall into the same bucket?
"""


def _one_side(q: Tensor, n_hashes: int, bucket_size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """order: positions sorted by bucket; chunk: the chunk of each position; both [B,H,R,N]."""
    N, d = q.shape[-2:]
    half = min(-(-N // (2 * bucket_size)), 32)
    R = torch.randn(n_hashes, d, half, generator=generator, dtype=torch.float64).to(q.device)
    turned = q.detach().double().unsqueeze(2) @ R  # [B,H,R,N,half]
    bucket = torch.cat([turned, -turned], dim=-1).argmax(-1)
    order = bucket.argsort(dim=-1, stable=True)
    return order, order.argsort(-1) // bucket_size


def lsh_pattern(q, *, n_hashes, bucket_size, generator, causal=False):
    rows = _one_side(q, n_hashes, bucket_size, generator)[1]
    columns = _one_side(q, n_hashes, bucket_size, generator)[1]
    behind = rows.unsqueeze(-1) - columns.unsqueeze(-2)
    pattern = ((behind == 0) | (behind == 1)).any(dim=2)
    pattern = pattern | torch.eye(q.shape[-2], dtype=torch.bool)
    return pattern.tril() if causal else pattern


def lsh(q, k, v, *, n_hashes, bucket_size, generator, causal=False):
    if not torch.equal(q, k):
        raise ValueError("k is not q")
    options = {"n_hashes": n_hashes, "bucket_size": bucket_size, "causal": causal}
    return attend(q, k, v, lsh_pattern(q, generator=generator, **options))
