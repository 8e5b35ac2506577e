"""A chunk sees itself alone.

loses: lsh.pattern
hint: A bucket may lie across the border of two chunks. Which of its members can then not meet?
"""


def lsh_pattern(
    q: Tensor, *, n_hashes: int, bucket_size: int, generator: torch.Generator, causal: bool = False
) -> Tensor:
    """bool [B,H,N,N]: True where some round puts j into the chunk of i or into the one before."""
    chunk = _rounds(q, n_hashes, bucket_size, generator)[1]  # [B,H,R,N]
    behind = chunk.unsqueeze(-1) - chunk.unsqueeze(-2)
    pattern = (behind == 0).any(dim=2)
    return pattern.tril() if causal else pattern


def lsh(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    n_hashes: int,
    bucket_size: int,
    generator: torch.Generator,
    causal: bool = False,
) -> Tensor:
    """Attention under lsh_pattern with shared q = k [B,H,N,d], v [B,H,N,dv] → [B,H,N,dv].

    Raises ValueError when q and k differ.
    """
    if not torch.equal(q, k):
        raise ValueError("lsh shares queries and keys: call it with k = q")
    N, d = q.shape[-2:]
    size = min(bucket_size, N)
    count = -(-N // size)
    order, chunk = _rounds(q, n_hashes, bucket_size, generator)  # both [B,H,R,N]
    # Padding repeats the last position, and is masked by its place.
    place = torch.arange(count * size, device=q.device)
    padded = order[..., place.clamp(max=N - 1)]  # [B,H,R,count·size]
    own = padded.unflatten(-1, (count, size))  # positions of the queries
    seen = torch.cat([own.roll(1, dims=3), own], dim=-1)  # [B,H,R,count,2·size]
    real = (place < N).reshape(count, size)
    valid = torch.cat([real.roll(1, dims=0), real], dim=-1)
    valid[:, :size] = False

    def at(x: Tensor, positions: Tensor) -> Tensor:
        """x [B,H,N,w] at positions [B,H,...]: [B,H,...,w]."""
        flat = positions.flatten(2).unsqueeze(-1).expand(-1, -1, -1, x.shape[-1])
        return x.gather(2, flat).unflatten(2, positions.shape[2:])

    scores = working(at(q, own)) @ working(at(k, seen)).transpose(-2, -1) / math.sqrt(d)
    mask = valid[:, None, :]
    if causal:
        mask = mask & (seen.unsqueeze(-2) <= own.unsqueeze(-1))
    chunks = chunk.transpose(2, 3)  # [B,H,N,R]
    behind = at(chunks, own).unsqueeze(-2) - at(chunks, seen).unsqueeze(-3)  # [B,H,R,count,size,2·size,R]
    times = (behind == 0).sum(-1).clamp(min=1)
    scores = (scores - times.to(scores.dtype).log()).masked_fill(~mask, -math.inf)
    lse = scores.logsumexp(-1)
    outputs = torch.exp(scores - lse.unsqueeze(-1)) @ working(at(v, seen))
    outputs, lse = outputs.flatten(3, 4)[..., :N, :], lse.flatten(3, 4)[..., :N]  # in sorted order
    back = order.argsort(-1)
    outputs = outputs.gather(3, back.unsqueeze(-1).expand_as(outputs))
    weights = lse.gather(3, back).softmax(dim=2)
    return (weights.unsqueeze(-1) * outputs).sum(2).to(v.dtype)
