"""The result is not cast back to the dtype of the inputs.

loses: linear.dtype
hint: Which dtype does the caller get who hands in bfloat16?
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
    return _kernel_attention(feature(working(q)), feature(working(k)), working(v), causal, chunk)
