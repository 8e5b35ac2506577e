"""All N² scores are made, and those outside the window masked.

loses: local.cost, local.speed
hint: How many scores does your local attention compute, and how many of them does it keep?
"""


def local(q: Tensor, k: Tensor, v: Tensor, *, window: int, causal: bool = False) -> Tensor:
    """Attention under local_pattern: q, k [B,H,N,d], v [B,H,N,dv] → [B,H,N,dv]; linear in N."""
    return attend(q, k, v, local_pattern(q.shape[-2], window=window, causal=causal))
