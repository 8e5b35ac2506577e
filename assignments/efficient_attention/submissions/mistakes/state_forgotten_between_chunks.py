"""Each chunk begins with an empty state.

loses: linear.causal, linear.dtype, linear.cost
hint: Compare with a loop over positions. At which position do you leave it, and is that the first of a chunk?
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
    fq, fk, v_ = feature(working(q)), feature(working(k)), working(v)
    if not causal:
        return _kernel_attention(fq, fk, v_, False, chunk).to(v.dtype)
    pieces = zip(*(x.split(chunk, dim=-2) for x in (fq, fk, v_)), strict=True)
    return torch.cat([_kernel_attention(*piece, True, chunk) for piece in pieces], dim=-2).to(v.dtype)
