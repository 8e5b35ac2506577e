"""Scores are not divided by √d.

loses: full.values, full.causal
hint: By what are the scores divided?
"""


def full(q: Tensor, k: Tensor, v: Tensor, *, causal: bool = False) -> Tensor:
    """Exact attention of q [B,H,L,d] to k [B,H,M,d] and v [B,H,M,dv]: out [B,H,L,dv].

    Causal is aligned at the bottom right: query i sees key j when j ≤ i + M − L.
    """
    L, M = q.shape[-2], k.shape[-2]
    mask = torch.ones(L, M, dtype=torch.bool, device=q.device).tril(M - L) if causal else None
    return attend(q * math.sqrt(q.shape[-1]), k, v, mask)
