"""The causal sum stops before the position itself.

loses: linear.causal, linear.dtype, linear.cost
hint: What does row 0 of causal attention see? Print your output for it.
"""


def linear(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    feature: Callable[[Tensor], Tensor] = elu_plus_one,
    causal: bool = False,
    chunk: int = 64,
) -> Tensor:
    """Kernel attention: q, k [B,H,N,d], v [B,H,N,dv] → [B,H,N,dv], in time and memory linear in N."""
    if causal:
        fq, fk, v_ = feature(working(q)), feature(working(k)), working(v)
        A = (fq @ fk.transpose(-2, -1)).tril(-1)
        total = A.sum(-1, keepdim=True)
        return (A @ v_ / torch.where(total > 0, total, torch.ones_like(total))).to(v.dtype)
    return _kernel_attention(feature(working(q)), feature(working(k)), working(v), causal, chunk).to(v.dtype)
