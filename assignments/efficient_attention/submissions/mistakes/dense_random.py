"""All N² scores are made, and those that were not drawn masked.

loses: random.cost
hint: How many scores does a row need, and how many do you compute for it?
"""


def random_sparse(
    q: Tensor, k: Tensor, v: Tensor, *, keys: int, generator: torch.Generator, causal: bool = False
) -> Tensor:
    """Attention under random_sparse_pattern: q, k [B,H,N,d], v [B,H,N,dv] → [B,H,N,dv]; N·keys scores."""
    pattern = random_sparse_pattern(q.shape[-2], keys=keys, generator=generator, causal=causal)
    return attend(q, k, v, pattern)
