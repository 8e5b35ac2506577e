"""F is ignored: keys and values are mixed by E.

loses: linformer.values, linformer.cost
hint: Is F used?
"""


def linformer(q: Tensor, k: Tensor, v: Tensor, *, E: Tensor, F: Tensor, causal: bool = False) -> Tensor:
    """softmax(q (E k)ᵀ/√d) (F v): q, k [B,H,N,d], v [B,H,N,dv], E, F [r,N] → [B,H,N,dv].

    Raises ValueError when causal.
    """
    if causal:
        raise ValueError("Linformer mixes all positions into its keys: there is no causal version")
    return attend(q, E @ k, E @ v)
