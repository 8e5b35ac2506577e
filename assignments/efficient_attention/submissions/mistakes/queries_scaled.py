"""q is divided by √d before the feature map.

loses: linear.values, linear.causal, linear.dtype, linear.cost
hint: Which line of the formula of linear attention holds a √d?
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
    return _kernel_attention(
        feature(working(q) / math.sqrt(q.shape[-1])), feature(working(k)), working(v), causal, chunk
    ).to(v.dtype)
