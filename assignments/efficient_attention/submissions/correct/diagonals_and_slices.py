"""Windows diagonal by diagonal, combs slice by slice, blocks one after the other; tiles differentiated one by one."""


def _softmax_of(q, columns):
    """q [B,H,n,d]; columns: (keys, values, allowed), keys [B,H,n,d] one for each row. One softmax over all columns."""
    scores = torch.stack([(working(q) * working(k)).sum(-1) for k, _, _ in columns], dim=-1) / math.sqrt(q.shape[-1])
    allowed = torch.stack([a for _, _, a in columns], dim=-1)
    weights = torch.softmax(torch.where(allowed, scores, scores.new_tensor(-math.inf)), dim=-1)
    values = torch.stack([working(v) for _, v, _ in columns], dim=-2)
    return (weights[..., None] * values).sum(-2).to(columns[0][1].dtype)


def _shifted(x, by):
    """Row i is x[i + by], and x[0] where there is none."""
    N = x.shape[2]
    i = torch.arange(N, device=x.device) + by
    return x[:, :, torch.where((i >= 0) & (i < N), i, 0)]


def _diagonals(q, k, v, offsets, causal, but=()):
    N = q.shape[2]
    i = torch.arange(N, device=q.device)
    columns = []
    for by in offsets:
        if (by > 0 and causal) or abs(by) >= N:
            continue
        allowed = (i + by >= 0) & (i + by < N)
        for g in but:
            allowed = allowed & (i + by != g)
        columns.append((_shifted(k, by), _shifted(v, by), allowed))
    return columns


def local_pattern(N, *, window, causal=False):
    ones = torch.ones(N, N)
    return (ones.tril(0 if causal else min(window, N)) * ones.triu(-min(window, N))).bool()


def local(q, k, v, *, window, causal=False):
    return _softmax_of(q, _diagonals(q, k, v, range(-window, window + 1), causal))


def strided_pattern(N, *, stride, causal=False):
    pattern = torch.zeros(N, N, dtype=torch.bool)
    for r in range(min(stride, N)):
        pattern[r::stride, r::stride] = True
    return torch.tril(pattern) if causal else pattern


def strided(q, k, v, *, stride, causal=False):
    out = torch.zeros_like(v)
    for r in range(min(stride, q.shape[2])):
        piece = full(q[:, :, r::stride], k[:, :, r::stride], v[:, :, r::stride], causal=causal)
        index = torch.arange(r, q.shape[2], stride, device=q.device)
        out = out.index_copy(2, index, piece)
    return out


def _table(N, keys, generator, causal):
    """Keys by rejection: draw whole columns for all rows, keep what a row has not got yet."""
    wanted = torch.arange(1, N + 1).clamp(max=keys) if causal else torch.full((N,), min(keys, N))
    limit = torch.arange(1, N + 1) if causal else torch.full((N,), N)
    table = torch.full((N, min(keys, N)), -1)
    table[:, 0] = torch.arange(N)
    have = torch.ones(N, dtype=torch.int64)
    while bool((have < wanted).any()):
        drawn = (torch.rand(N, generator=generator, dtype=torch.float64) * limit).long()
        new = (table != drawn[:, None]).all(1) & (have < wanted)
        rows = new.nonzero()[:, 0]
        table[rows, have[rows]] = drawn[rows]
        have[rows] += 1
    return table


def random_sparse_pattern(N, *, keys, generator, causal=False):
    table = _table(N, keys, generator, causal)
    pattern = torch.zeros(N, N + 1, dtype=torch.bool)
    pattern.scatter_(1, torch.where(table < 0, N, table), True)
    return pattern[:, :N]


def random_sparse(q, k, v, *, keys, generator, causal=False):
    table = _table(q.shape[2], keys, generator, causal).to(q.device)
    columns = [(k[:, :, column.clamp(min=0)], v[:, :, column.clamp(min=0)], column >= 0) for column in table.T]
    return _softmax_of(q, columns)


def longformer_pattern(N, *, window, global_positions, dilation=1, causal=False):
    pattern = torch.eye(N, dtype=torch.bool)
    for step in range(1, window + 1):
        for i in range(N - step * dilation):
            pattern[i, i + step * dilation] = pattern[i + step * dilation, i] = True
    for g in global_positions:
        pattern[g, :] = pattern[:, g] = True
    return pattern.tril() if causal else pattern


def _rows_that_see_all(q, k, v, out, global_positions, causal):
    pieces = [out]
    for g in global_positions:
        last = g + 1 if causal else q.shape[2]
        pieces.append(full(q[:, :, g : g + 1], k[:, :, :last], v[:, :, :last]))
    source = list(range(q.shape[2]))
    for n, g in enumerate(global_positions):
        source[g] = q.shape[2] + n
    return torch.cat(pieces, dim=2)[:, :, source]


def longformer(q, k, v, *, window, global_positions, dilation=1, causal=False):
    offsets = [step * dilation for step in range(-window, window + 1)]
    columns = _diagonals(q, k, v, offsets, causal, but=global_positions)
    i = torch.arange(q.shape[2], device=q.device)
    for g in global_positions:
        columns.append((k[:, :, g : g + 1].expand_as(k), v[:, :, g : g + 1].expand_as(v), (i >= g) | (not causal)))
    # A global row may have no column of its own when all it sees in its window is global; it is replaced below.
    out = _softmax_of(q, columns)
    return _rows_that_see_all(q, k, v, out, global_positions, causal)


def _blocks(count, window, more, generator, causal):
    seen = []
    for b in range(count):
        numbers = torch.rand(count, generator=generator)
        c = torch.arange(count)
        near = (c - b).abs() <= window
        possible = ~near & ((c < b) | (not causal))
        order = torch.where(possible, numbers, 2.0).argsort()[: min(more, int(possible.sum()))]
        near[order] = True
        seen.append((near & ((c <= b) | (not causal))).nonzero()[:, 0].tolist())
    return seen


def bigbird_pattern(N, *, block_size, window, random_blocks, global_positions, generator, causal=False):
    pattern = torch.zeros(N, N, dtype=torch.bool)
    for b, blocks in enumerate(_blocks(math.ceil(N / block_size), window, random_blocks, generator, causal)):
        for c in blocks:
            pattern[b * block_size : (b + 1) * block_size, c * block_size : (c + 1) * block_size] = True
    for g in global_positions:
        pattern[g, :] = pattern[:, g] = True
    return pattern & torch.ones(N, N).tril().bool() if causal else pattern


def bigbird(q, k, v, *, block_size, window, random_blocks, global_positions, generator, causal=False):
    N, out = q.shape[2], []
    for b, blocks in enumerate(_blocks(math.ceil(N / block_size), window, random_blocks, generator, causal)):
        j = {p for c in blocks for p in range(c * block_size, min((c + 1) * block_size, N))} | set(global_positions)
        j = torch.tensor(sorted(j), device=q.device)
        i = torch.arange(b * block_size, min((b + 1) * block_size, N), device=q.device)
        out.append(attend(q[:, :, i], k[:, :, j], v[:, :, j], (j <= i[:, None]) if causal else None))
    return _rows_that_see_all(q, k, v, torch.cat(out, dim=2), global_positions, causal)


def _chunk_numbers(q, n_hashes, size, generator):
    N, d = q.shape[-2:]
    half = min(math.ceil(N / size / 2), 32)
    numbers = []
    for _ in range(n_hashes):
        R = torch.empty(d, half, dtype=torch.float64).normal_(generator=generator)
        side = torch.einsum("bhnd,df->bhnf", q.detach().double(), R)
        best, which = side.abs().max(-1)
        bucket = which + half * (side.gather(-1, which[..., None])[..., 0] < 0)
        place = (bucket * N + torch.arange(N)).argsort(-1).argsort(-1)
        numbers.append(place // size)
    return torch.stack(numbers, dim=-1)  # [B,H,N,R]


def lsh_pattern(q, *, n_hashes, bucket_size, generator, causal=False):
    n = _chunk_numbers(q, n_hashes, bucket_size, generator)
    i, j = n[:, :, :, None], n[:, :, None]
    pattern = ((i == j) | (i == j + 1)).any(-1)
    return pattern & torch.ones(q.shape[2], q.shape[2]).tril().bool() if causal else pattern


def lsh(q, k, v, *, n_hashes, bucket_size, generator, causal=False):
    if (q - k).abs().max() > 0:
        raise ValueError("k is not q")
    B, H, N, _ = q.shape
    numbers = _chunk_numbers(q, n_hashes, bucket_size, generator)
    outs = []
    for b in range(B):
        for h in range(H):
            x, y, n = q[b, h], v[b, h], numbers[b, h]
            tops, sums, parts = [], [], []
            for r in range(n_hashes):
                order, top, total, part = n[:, r].argsort(stable=True), [], [], []
                for first in range(0, N, bucket_size):
                    i = order[first : first + bucket_size]
                    j = order[max(0, first - bucket_size) : first + bucket_size]
                    earlier = torch.zeros(len(i), len(j), dtype=torch.bool)
                    for e in range(r):  # what an earlier round has found already does not count again
                        gap = n[i, e][:, None] - n[j, e]
                        earlier |= (gap == 0) | (gap == 1)
                    hidden = earlier | ((j > i[:, None]) & causal)
                    s = (x[i] @ x[j].T / math.sqrt(x.shape[-1])).masked_fill(hidden, -math.inf)
                    largest = s.detach().amax(-1, keepdim=True)
                    p = torch.exp(s - torch.where(largest.isinf(), 0.0, largest))
                    top.append(largest)
                    total.append(p.sum(-1, keepdim=True))
                    part.append(p @ y[j])
                back = order.argsort()
                tops.append(torch.cat(top)[back])
                sums.append(torch.cat(total)[back])
                parts.append(torch.cat(part)[back])
            share = torch.stack(tops)
            share = torch.exp(share - share.amax(0))
            outs.append((share * torch.stack(parts)).sum(0) / (share * torch.stack(sums)).sum(0))
    return torch.stack(outs).reshape(B, H, N, -1)


def elu_plus_one(x):
    return torch.where(x > 0, x + 1, torch.exp(torch.clamp(x, max=0)))


def linear(q, k, v, *, feature=elu_plus_one, causal=False, chunk=64):
    fq, fk, v_ = feature(working(q)), feature(working(k)), working(v)
    S = fq.new_zeros(*fq.shape[:2], fq.shape[-1], v.shape[-1])
    z = fq.new_zeros(*fq.shape[:2], fq.shape[-1], 1)
    if not causal:
        S, z = fk.mT @ v_, fk.sum(-2, keepdim=True).mT
        return ((fq @ S) / (fq @ z)).to(v.dtype)
    out = []
    for a, b, c in zip(fq.split(chunk, 2), fk.split(chunk, 2), v_.split(chunk, 2)):
        inner = torch.tril(a @ b.mT)
        out.append((a @ S + inner @ c) / (a @ z + inner.sum(-1, keepdim=True)))
        S, z = S + b.mT @ c, z + b.sum(-2, keepdim=True).mT
    return torch.cat(out, dim=2).to(v.dtype)


def orthogonal_features(features, d, generator):
    rows = torch.empty(0, d, dtype=torch.float64)
    while len(rows) < features:
        block = []
        for _ in range(d):  # Gram–Schmidt, twice for accuracy; the direction of what is left is uniform
            x = torch.randn(d, generator=generator, dtype=torch.float64)
            length = torch.randn(d, generator=generator, dtype=torch.float64).norm()
            for _ in range(2):
                for y in block:
                    x = x - (x @ y) / (y @ y) * y
            block.append(x / x.norm() * length)
        rows = torch.cat([rows, torch.stack(block)])
    return rows[:features]


def favor_features(x, omega):
    w = omega.to(working(x)) * x.shape[-1] ** -0.25
    square = working(x).pow(2).sum(-1, keepdim=True) / (2 * math.sqrt(x.shape[-1]))
    return (torch.exp(working(x) @ w.T - square) * len(omega) ** -0.5).to(x.dtype)


def performer(q, k, v, *, features, generator, causal=False):
    w = orthogonal_features(features, q.shape[-1], generator).to(working(q)) * q.shape[-1] ** -0.25
    x = working(k)
    a, b = working(q) @ w.T, x @ w.T - x.pow(2).sum(-1, keepdim=True) / (2 * math.sqrt(k.shape[-1]))
    c = b.detach().max(dim=2, keepdim=True).values
    e = a + c
    fq, fk = torch.exp(e - e.detach().max(dim=-1, keepdim=True).values), torch.exp(b - c)
    return linear(fq, fk, working(v), feature=torch.clone, causal=causal, chunk=32).to(v.dtype)


def linformer(q, k, v, *, E, F, causal=False):
    if causal:
        raise ValueError
    return full(q, torch.tensordot(k, E, ([2], [1])).mT, (v.mT @ F.T).mT)


def full(q, k, v, *, causal=False):
    L, M = q.shape[2], k.shape[2]
    if not causal:
        return attend(q, k, v)
    s = working(q) @ working(k).mT / q.shape[-1] ** 0.5
    seen = (torch.arange(M) - torch.arange(L)[:, None] <= M - L).to(q.device)
    some = seen.any(-1, keepdim=True)
    return (torch.where(seen | ~some, s, s.new_tensor(-math.inf)).softmax(-1) * some @ working(v)).to(v.dtype)


class Flash(torch.autograd.Function):
    @staticmethod
    def forward(ctx, q, k, v, causal, block_q, block_k):
        out, lse = [], []
        for first in range(0, q.shape[2], block_q):
            o, s = _stripe(q[:, :, first : first + block_q], k, v, first + k.shape[2] - q.shape[2], causal, block_k)
            out.append(o)
            lse.append(s)
        ctx.save_for_backward(q, k, v, torch.cat(lse, 2))
        ctx.options = causal, block_q, block_k
        ctx.mark_non_differentiable(lse := torch.cat(lse, 2))
        return torch.cat(out, 2).to(v.dtype), lse

    @staticmethod
    def backward(ctx, g, _):
        q, k, v, lse = ctx.saved_tensors
        causal, block_q, block_k = ctx.options
        grads = [torch.zeros_like(working(x)) for x in (q, k, v)]
        for a in range(0, q.shape[2], block_q):
            A = slice(a, a + block_q)
            norm = torch.where(lse[:, :, A].isinf(), 0.0, lse[:, :, A])[..., None]
            # D needs the output of the stripe: it is computed again instead of kept
            D = (working(g[:, :, A]) * _stripe(q[:, :, A], k, v, a + k.shape[2] - q.shape[2], causal, block_k)[0]).sum(
                -1, keepdim=True
            )
            for b in range(0, k.shape[2], block_k):
                B = slice(b, b + block_k)
                P = torch.exp(_scores(q[:, :, A], k[:, :, B], a + k.shape[2] - q.shape[2] - b, causal) - norm)
                grads[2][:, :, B] += P.mT @ working(g[:, :, A])
                dS = P * (working(g[:, :, A]) @ working(v[:, :, B]).mT - D) * q.shape[-1] ** -0.5
                grads[0][:, :, A] += dS @ working(k[:, :, B])
                grads[1][:, :, B] += dS.mT @ working(q[:, :, A])
        return *(x.to(y.dtype) for x, y in zip(grads, (q, k, v))), None, None, None


def _scores(q, k, ahead, causal):
    s = working(q) @ working(k).mT * q.shape[-1] ** -0.5
    if causal:
        hidden = torch.arange(k.shape[2]) > torch.arange(q.shape[2])[:, None] + ahead
        s = torch.where(hidden.to(q.device), s.new_tensor(-math.inf), s)
    return s


def _stripe(q, k, v, ahead, causal, block_k):
    """Partial softmaxes of one stripe of queries, joined by their log-sum-exps."""
    out, lse = None, None
    for b in range(0, k.shape[2], block_k):
        s = _scores(q, k[:, :, b : b + block_k], ahead - b, causal)
        one = s.logsumexp(-1, keepdim=True)
        part = torch.exp(s - torch.where(one.isinf(), 0.0, one)) @ working(v[:, :, b : b + block_k])
        if out is None:
            out, lse = part, one
            continue
        both = torch.logaddexp(lse, one)
        safe = torch.where(both.isinf(), 0.0, both)
        out, lse = out * torch.exp(lse - safe) + part * torch.exp(one - safe), both
    return out, lse[..., 0]


class KVCache:
    def __init__(self):
        self.k, self.v = None, None

    def attend(self, q, k, v):
        self.k = k if self.k is None else torch.cat((self.k, k), 2)
        self.v = v if self.v is None else torch.cat((self.v, v), 2)
        rows, past = [], self.k.shape[2] - k.shape[2]
        for t in range(q.shape[2]):
            end = past + t + 1
            rows.append(attend(q[:, :, t : t + 1], self.k[:, :, :end], self.v[:, :, :end]))
        return torch.cat(rows, 2)
