"""bfloat16 inputs are computed in bfloat16.

loses: local.dtype
hint: In which dtype do you compute the scores of bfloat16 inputs? In which steps does a bfloat16 near 16 come?
"""


def local(q: Tensor, k: Tensor, v: Tensor, *, window: int, causal: bool = False) -> Tensor:
    """Attention under local_pattern: q, k [B,H,N,d], v [B,H,N,dv] → [B,H,N,dv]; linear in N."""
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
    seen = seen | (i >= N)  # rows that are cut off again
    scores = torch.where(seen, queries @ keys.mT / math.sqrt(q.shape[-1]), torch.tensor(-math.inf, dtype=q.dtype))
    return (scores.softmax(-1) @ values).flatten(-3, -2)[..., :N, :]
