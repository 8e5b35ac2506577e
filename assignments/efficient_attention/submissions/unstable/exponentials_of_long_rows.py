"""The features are exponentiated as they are.

loses: performer.stable
hint: What is exp(−1000) in float32, and what is 0/0?
"""


def performer(
    q: Tensor, k: Tensor, v: Tensor, *, features: int, generator: torch.Generator, causal: bool = False
) -> Tensor:
    """Attention with FAVOR+ features: q, k [B,H,N,d], v [B,H,N,dv] → [B,H,N,dv], linear in N."""
    omega = orthogonal_features(features, q.shape[-1], generator)
    a, b = _favor_exponents(working(q), omega), _favor_exponents(working(k), omega)
    fq, fk = torch.exp(a), torch.exp(b)
    v_ = working(v)
    if causal:
        return _kernel_attention(fq, fk, v_, True, 64).to(v.dtype)
    return ((fq @ (fk.transpose(-2, -1) @ v_)) / (fq @ fk.sum(-2).unsqueeze(-1))).to(v.dtype)
