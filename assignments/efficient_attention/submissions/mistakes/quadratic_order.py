"""(φ(Q) φ(K)ᵀ) V: the scores are made first.

loses: linear.cost
hint: Which of the two products do you make first, and what is its shape?
"""


def _kernel_attention(fq: Tensor, fk: Tensor, v: Tensor, causal: bool, chunk: int) -> Tensor:
    """fq, fk [B,H,N,D] are features, v [B,H,N,dv]."""
    N = v.shape[-2]
    v = torch.cat([v, torch.ones_like(v[..., :1])], dim=-1)  # the last column sums the weights
    if not causal:
        sums = (fq @ fk.transpose(-2, -1)) @ v
        return sums[..., :-1] / sums[..., -1:]
    chunk = min(chunk, N)
    count = -(-N // chunk)
    fq, fk, v = (
        torch.nn.functional.pad(x, (0, 0, 0, count * chunk - N)).unflatten(-2, (count, chunk)) for x in (fq, fk, v)
    )
    states = fk.transpose(-2, -1) @ v  # [B,H,count,D,dv+1]
    before = torch.cat([torch.zeros_like(states[:, :, :1]), states.cumsum(2)[:, :, :-1]], dim=2)
    sums = fq @ before + (fq @ fk.transpose(-2, -1)).tril() @ v
    sums = sums.flatten(-3, -2)[..., :N, :]
    return sums[..., :-1] / sums[..., -1:]
