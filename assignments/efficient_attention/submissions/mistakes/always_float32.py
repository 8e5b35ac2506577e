"""The result is float32 whatever comes in.

loses: local.dtype, local.values
hint: Which dtype does the caller get who hands in float64?
"""


def local(q: Tensor, k: Tensor, v: Tensor, *, window: int, causal: bool = False) -> Tensor:
    """Attention under local_pattern: q, k [B,H,N,d], v [B,H,N,dv] → [B,H,N,dv]; linear in N."""
    q, k, v = q.float(), k.float(), v.float()
    N = q.shape[-2]
    block = min(max(window, 16), N)
    count = -(-N // block)

    def pad(x: Tensor, before: int, after: int) -> Tensor:
        return torch.nn.functional.pad(x, (0, 0, before, after))

    rest = count * block - N
    queries = pad(q, 0, rest).unflatten(-2, (count, block))  # [B,H,count,block,d]
    # [B,H,count,d,3·block] → [B,H,count,3·block,d]: the block before, its own, the block after
    keys, values = (pad(x, block, rest + block).unfold(-2, 3 * block, block).transpose(-2, -1) for x in (k, v))
    start = block * torch.arange(count, device=q.device)[:, None, None]
    i = start + torch.arange(block, device=q.device)[:, None]  # [count,block,1]
    j = start + torch.arange(-block, 2 * block, device=q.device)  # [count,1,3·block]
    seen = ((i - j).abs() <= window) & (j >= 0) & (j < N)
    if causal:
        seen = seen & (j <= i)
    return attend(queries, keys, values, seen).flatten(-3, -2)[..., :N, :]
