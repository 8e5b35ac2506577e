"""causal=True gives a result.

loses: linformer.values
hint: Which positions does the first of your r mixtures hold? Can a mask take the later ones out?
"""


def linformer(q: Tensor, k: Tensor, v: Tensor, *, E: Tensor, F: Tensor, causal: bool = False) -> Tensor:
    """softmax(q (E k)ᵀ/√d) (F v): q, k [B,H,N,d], v [B,H,N,dv], E, F [r,N] → [B,H,N,dv].

    Raises ValueError when causal.
    """
    if causal:
        E, F = E.tril(), F.tril()
    return attend(q, E @ k, F @ v)
