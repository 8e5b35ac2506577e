"""φ(Q) φ(K)ᵀ is made first in performer.

loses: performer.cost
hint: Which of the two products do you make first, and what is its shape?
"""


def performer(
    q: Tensor, k: Tensor, v: Tensor, *, features: int, generator: torch.Generator, causal: bool = False
) -> Tensor:
    """Attention with FAVOR+ features: q, k [B,H,N,d], v [B,H,N,dv] → [B,H,N,dv], linear in N."""
    omega = orthogonal_features(features, q.shape[-1], generator)
    a, b = _favor_exponents(working(q), omega), _favor_exponents(working(k), omega)
    c = b.detach().amax(-2, keepdim=True)  # [B,H,1,m]: cancels, so no gradient is lost
    a = a + c
    fq, fk = torch.exp(a - a.detach().amax(-1, keepdim=True)), torch.exp(b - c)
    v_ = working(v)
    if causal:
        return _kernel_attention(fq, fk, v_, True, 64).to(v.dtype)
    return (((fq @ fk.transpose(-2, -1)) @ v_) / (fq @ fk.sum(-2).unsqueeze(-1))).to(v.dtype)
