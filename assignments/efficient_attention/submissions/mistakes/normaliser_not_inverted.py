"""The sum over the keys is multiplied with instead of divided by.

loses: linear.values, linear.causal, linear.dtype, linear.cost
hint: Is a row with larger weights to have a larger output?
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
    fq, fk = feature(working(q)), feature(working(k))
    sums = _kernel_attention(fq, fk, working(v), causal, chunk)
    weight = (fq * (fk.cumsum(-2) if causal else fk.sum(-2, keepdim=True))).sum(-1, keepdim=True)
    return (sums * weight**2).to(v.dtype)
