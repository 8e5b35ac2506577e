"""Windows as sliding views, keys sampled by sorting small keys, products fused into one with einsum."""


def _sliding(x, window, dilation=1):
    """x [B,H,N,w] → [B,H,N,2·window+1,w]: what stands around each position, zeros beyond both ends."""
    reach = window * dilation
    padded = torch.cat(
        [x.new_zeros(*x.shape[:2], reach, x.shape[3]), x, x.new_zeros(*x.shape[:2], reach, x.shape[3])], 2
    )
    return padded.unfold(2, 2 * reach + 1, 1)[..., ::dilation].transpose(-1, -2)


def _positions(N, window, dilation, causal):
    i = torch.arange(N)[:, None]
    j = i + dilation * torch.arange(-window, window + 1)
    return j, (j >= 0) & (j < N) & ((j <= i) | (not causal))


def local_pattern(N, *, window, causal=False):
    i = torch.arange(N)
    return ((i[:, None] - i).abs() < window + 1).logical_and(i[:, None].ge(i) if causal else torch.tensor(True))


def local(q, k, v, *, window, causal=False):
    window = min(window, q.shape[2])
    allowed = _positions(q.shape[2], window, 1, causal)[1].to(q.device)
    scores = torch.einsum("bhnd,bhnwd->bhnw", working(q), _sliding(working(k), window)) / math.sqrt(q.shape[3])
    weights = torch.exp(torch.log_softmax(scores.masked_fill(allowed.logical_not(), -math.inf), -1))
    return torch.einsum("bhnw,bhnwd->bhnd", weights, _sliding(working(v), window)).to(v.dtype)


def longformer(q, k, v, *, window, global_positions, dilation=1, causal=False):
    N, G = q.shape[2], sorted(global_positions)
    window = min(window, N)
    j, allowed = _positions(N, window, dilation, causal)
    for g in G:
        allowed &= j != g
    everyone = torch.tensor(G, dtype=torch.long)
    seen = (torch.arange(N)[:, None] >= everyone) if causal else torch.ones(N, len(G), dtype=torch.bool)
    near = torch.einsum("bhnd,bhnwd->bhnw", q, _sliding(k, window, dilation)).masked_fill(~allowed, -math.inf)
    far = torch.einsum("bhnd,bhgd->bhng", q, k[:, :, everyone]).masked_fill(~seen, -math.inf)
    scores = torch.cat([near, far], -1) / math.sqrt(q.shape[3])
    # Rows of global positions are computed apart, and may be empty here.
    scores[:, :, everyone] = 0.0
    weights = scores.softmax(-1)
    out = torch.einsum("bhnw,bhnwd->bhnd", weights[..., : j.shape[1]], _sliding(v, window, dilation))
    out = out + weights[..., j.shape[1] :] @ v[:, :, everyone]
    if G:
        mask = torch.arange(N) <= everyone[:, None] if causal else None
        rows = attend(q[:, :, everyone], k, v, mask)
        chosen = torch.zeros(N, len(G), dtype=v.dtype)
        chosen[everyone, torch.arange(len(G))] = 1
        out = out * (1 - chosen.sum(1, keepdim=True)) + torch.einsum("ng,bhgd->bhnd", chosen, rows)
    return out


def strided(q, k, v, *, stride, causal=False):
    N = q.shape[2]
    index = torch.arange(N)
    order = torch.argsort(index % stride * N + index)
    pieces = []
    for rows in order.split([len(range(r, N, stride)) for r in range(min(stride, N))]):
        s = torch.einsum("bhid,bhjd->bhij", q[:, :, rows], k[:, :, rows]) / math.sqrt(q.shape[3])
        if causal:
            s = s + torch.full((len(rows), len(rows)), -math.inf, dtype=s.dtype).triu(1)
        pieces.append(s.softmax(-1) @ v[:, :, rows])
    return torch.cat(pieces, 2)[:, :, order.argsort()]


def linear(q, k, v, *, feature=elu_plus_one, causal=False, chunk=17):
    a, b, c = feature(working(q)), feature(working(k)), working(v)
    ones = torch.cat([c, c.new_ones(*c.shape[:3], 1)], -1)
    if not causal:
        sums = (
            torch.einsum("bhnf,bhmf,bhmd->bhnd", a, b, ones)
            if len(a[0, 0]) < 3
            else a @ torch.einsum("bhmf,bhmd->bhfd", b, ones)
        )
    else:
        pieces, state = [], 0
        for first in range(0, a.shape[2], chunk):
            s = slice(first, first + chunk)
            outer = torch.einsum("bhnf,bhnd->bhnfd", b[:, :, s], ones[:, :, s]).cumsum(2) + state
            state = outer[:, :, -1:]
            pieces.append(torch.einsum("bhnf,bhnfd->bhnd", a[:, :, s], outer))
        sums = torch.cat(pieces, 2)
    return (sums[..., :-1] / sums[..., -1:]).to(v.dtype)


def elu_plus_one(x):
    return torch.nn.functional.elu(x).add(1)


def linformer(q, k, v, *, E, F, causal=False):
    if causal is True:
        raise ValueError("Linformer is not causal")
    weights = (q @ (k.mT @ E.mT) / math.sqrt(q.shape[-1])).softmax(dim=-1)
    return weights @ (F @ v)
