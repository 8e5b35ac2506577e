"""For every row a Python list of its keys, and one gather; recurrences over positions; two passes over the tiles."""

import random


def _gathered(q, k, v, lists):
    """Attention of row i to the keys lists[i]; shorter lists are filled up and masked."""
    width = max(map(len, lists))
    index = torch.tensor([row + [0] * (width - len(row)) for row in lists], device=q.device)
    lengths = torch.tensor([len(row) for row in lists], device=q.device)
    mask = torch.arange(width, device=q.device) < lengths[:, None]
    scores = torch.einsum("bhnd,bhnkd->bhnk", working(q), working(k)[:, :, index]) / math.sqrt(q.shape[-1])
    weights = scores.masked_fill(~mask, -math.inf).softmax(-1)
    return torch.einsum("bhnk,bhnkd->bhnd", weights, working(v)[:, :, index]).to(v.dtype)


def _as_pattern(lists):
    pattern = torch.zeros(len(lists), len(lists), dtype=torch.bool)
    for i, row in enumerate(lists):
        pattern[i, row] = True
    return pattern


def _local(N, window, causal):
    return [list(range(max(0, i - window), min(N, i + 1 + (0 if causal else window)))) for i in range(N)]


def local_pattern(N, *, window, causal=False):
    return _as_pattern(_local(N, window, causal))


def local(q, k, v, *, window, causal=False):
    return _gathered(q, k, v, _local(q.shape[2], window, causal))


def _strided(N, stride, causal):
    return [list(range(i % stride, i + 1 if causal else N, stride)) for i in range(N)]


def strided_pattern(N, *, stride, causal=False):
    return _as_pattern(_strided(N, stride, causal))


def strided(q, k, v, *, stride, causal=False):
    return _gathered(q, k, v, _strided(q.shape[2], stride, causal))


def _random(N, keys, generator, causal):
    chance = random.Random(int(torch.randint(2**40, (), generator=generator)))
    lists = []
    for i in range(N):
        others = range(i if causal else N - 1)
        drawn = chance.sample(others, min(keys - 1, len(others)))
        lists.append([i] + [j + (j >= i) for j in drawn])
    return lists


def random_sparse_pattern(N, *, keys, generator, causal=False):
    return _as_pattern(_random(N, keys, generator, causal))


def random_sparse(q, k, v, *, keys, generator, causal=False):
    return _gathered(q, k, v, _random(q.shape[2], keys, generator, causal))


def _longformer(N, window, everyone, dilation, causal):
    lists = []
    for i in range(N):
        row = {j for j in range(i - window * dilation, i + window * dilation + 1, dilation) if 0 <= j < N}
        row |= set(everyone)
        lists.append(sorted(j for j in row if j <= i or not causal))
    return lists


def _all_for(lists, everyone, causal):
    return [list(range(i + 1 if causal else len(lists))) if i in everyone else row for i, row in enumerate(lists)]


def longformer_pattern(N, *, window, global_positions, dilation=1, causal=False):
    return _as_pattern(_all_for(_longformer(N, window, global_positions, dilation, causal), global_positions, causal))


def _with_global_rows(q, k, v, out, everyone, causal):
    rows = {
        g: full(q[:, :, g : g + 1], k[:, :, : g + 1], v[:, :, : g + 1]) if causal else full(q[:, :, g : g + 1], k, v)
        for g in everyone
    }
    place = torch.arange(q.shape[2], device=q.device)[:, None]
    for g, row in rows.items():
        out = torch.where(place == g, row, out)
    return out


def longformer(q, k, v, *, window, global_positions, dilation=1, causal=False):
    out = _gathered(q, k, v, _longformer(q.shape[2], window, global_positions, dilation, causal))
    return _with_global_rows(q, k, v, out, global_positions, causal)


def _bigbird(N, size, window, more, everyone, generator, causal):
    count = (N + size - 1) // size
    chance = random.Random(int(torch.randint(2**40, (), generator=generator)))
    lists = []
    for b in range(count):
        near = (
            {c for c in range(count) if abs(b - c) <= window}
            if count < 50
            else set(range(max(0, b - window), min(count, b + window + 1)))
        )
        near = {c for c in near if c <= b or not causal}
        limit = b if causal else count
        far = set()
        while len(far) < min(more, limit - len({c for c in near if c < limit})):
            c = chance.randrange(limit)
            if c not in near:
                far.add(c)
        row = {j for c in near | far for j in range(c * size, min(N, (c + 1) * size))} | set(everyone)
        for i in range(b * size, min(N, (b + 1) * size)):
            lists.append(sorted(j for j in row if j <= i or not causal))
    return lists


def bigbird_pattern(N, *, block_size, window, random_blocks, global_positions, generator, causal=False):
    lists = _bigbird(N, block_size, window, random_blocks, global_positions, generator, causal)
    return _as_pattern(_all_for(lists, global_positions, causal))


def bigbird(q, k, v, *, block_size, window, random_blocks, global_positions, generator, causal=False):
    lists = _bigbird(q.shape[2], block_size, window, random_blocks, global_positions, generator, causal)
    return _with_global_rows(q, k, v, _gathered(q, k, v, lists), global_positions, causal)


def _lsh(q, n_hashes, size, generator, causal):
    """For one head [N,d]: the list of keys of every row."""
    N, d = q.shape
    half = min((N + 2 * size - 1) // (2 * size), 32)
    found = [set() for _ in range(N)]
    for _ in range(n_hashes):
        turned = q.detach().double() @ torch.randn(d, half, generator=generator).double()
        bucket = torch.cat([turned, -turned], dim=1).argmax(1).tolist()
        order = sorted(range(N), key=bucket.__getitem__)
        chunks = [order[first : first + size] for first in range(0, N, size)]
        for before, chunk in zip([[], *chunks], chunks):
            for i in chunk:
                found[i].update(j for j in before + chunk if j <= i or not causal)
    return [sorted(row) for row in found]


def lsh_pattern(q, *, n_hashes, bucket_size, generator, causal=False):
    return torch.stack(
        [torch.stack([_as_pattern(_lsh(x, n_hashes, bucket_size, generator, causal)) for x in one]) for one in q]
    )


def lsh(q, k, v, *, n_hashes, bucket_size, generator, causal=False):
    if q.shape != k.shape or not bool((q == k).all()):
        raise ValueError("queries and keys are the same here")
    rows = []
    for x, y in zip(q, v):
        heads = []
        for head, value in zip(x, y):
            lists = _lsh(head, n_hashes, bucket_size, generator, causal)
            one = head[None, None]
            heads.append(_gathered(one, one, value[None, None], lists)[0, 0])
        rows.append(torch.stack(heads))
    return torch.stack(rows)


def full(q, k, v, *, causal=False):
    scores = torch.einsum("...id,...jd->...ij", q, k) * q.shape[-1] ** -0.5
    L, M = scores.shape[-2:]
    if not causal:
        return torch.einsum("...ij,...jd->...id", torch.softmax(scores, -1), v)
    late = max(L - M, 0)
    hidden = torch.arange(M, device=q.device) > torch.arange(L, device=q.device)[:, None] + M - L
    weights = torch.softmax(scores.masked_fill(hidden, -math.inf)[..., late:, :], -1)
    return torch.cat([v.new_zeros(*v.shape[:-2], late, v.shape[-1]), weights @ v], dim=-2)


def linear(q, k, v, *, feature=elu_plus_one, causal=False, chunk=64):
    fq, fk, v32 = feature(working(q)), feature(working(k)), working(v)
    if not causal:
        S, z = torch.einsum("bhnf,bhnd->bhfd", fk, v32), fk.sum(2)
        out = torch.einsum("bhnf,bhfd->bhnd", fq, S) / torch.einsum("bhnf,bhf->bhn", fq, z)[..., None]
        return out.to(v.dtype)
    S, z, rows = 0, 0, []
    for t in range(q.shape[2]):
        S = S + fk[:, :, t, :, None] * v32[:, :, t, None, :]
        z = z + fk[:, :, t]
        rows.append((fq[:, :, t, :, None] * S).sum(2) / (fq[:, :, t] * z).sum(-1, keepdim=True))
    return torch.stack(rows, dim=2).to(v.dtype)


def orthogonal_features(features, d, generator):
    blocks = []
    for _ in range(0, features, d):
        U, _, Vh = torch.linalg.svd(torch.randn(d, d, generator=generator))
        blocks.append((U @ Vh) * torch.randn(d, d, generator=generator).square().sum(1).sqrt()[:, None])
    return torch.cat(blocks)[:features]


def favor_features(x, omega):
    y = x / x.shape[-1] ** 0.25
    return (y @ omega.T.to(y) - y.square().sum(-1, keepdim=True) / 2 - math.log(omega.shape[0]) / 2).exp()


def performer(q, k, v, *, features, generator, causal=False):
    omega = orthogonal_features(features, q.shape[-1], generator)
    y, x = (working(a) / a.shape[-1] ** 0.25 for a in (q, k))
    a = y @ omega.T.to(y)
    b = x @ omega.T.to(x) - x.square().sum(-1, keepdim=True) / 2
    c = b.amax(2, keepdim=True)
    fk = torch.exp(b - c)
    fq = torch.softmax(a + c, dim=-1)
    return linear(fq, fk, working(v), feature=lambda f: f, causal=causal).to(v.dtype)


def linformer(q, k, v, *, E, F, causal=False):
    if causal:
        raise ValueError("positions are mixed")
    keys, values = torch.einsum("rn,bhnd->bhrd", E, k), torch.einsum("rn,bhnd->bhrd", F, v)
    return torch.softmax(torch.einsum("bhnd,bhrd->bhnr", q, keys) / q.shape[-1] ** 0.5, -1) @ values


class Flash(torch.autograd.Function):
    @staticmethod
    def forward(ctx, q, k, v, causal, block_q, block_k):
        L, M = q.shape[2], k.shape[2]
        i = torch.arange(L, device=q.device)[:, None] + M - L

        def tile(first):
            s = working(q) @ working(k)[:, :, first : first + block_k].mT / math.sqrt(q.shape[-1])
            j = torch.arange(first, min(first + block_k, M), device=q.device)
            return s.masked_fill(j > i, -math.inf) if causal else s

        lse = torch.full(q.shape[:3], -math.inf, dtype=working(q).dtype, device=q.device)
        for first in range(0, M, block_k):
            lse = torch.logaddexp(lse, tile(first).logsumexp(-1))
        safe = torch.where(lse.isinf(), 0.0, lse)[..., None]
        out = sum(torch.exp(tile(f) - safe) @ working(v)[:, :, f : f + block_k] for f in range(0, M, block_k))
        ctx.tile, ctx.block = tile, block_k
        ctx.save_for_backward(q, k, v, out, safe)
        ctx.mark_non_differentiable(lse)
        return out.to(v.dtype), lse

    @staticmethod
    def backward(ctx, grad_out, _):
        q, k, v, out, lse = ctx.saved_tensors
        g, b = working(grad_out), ctx.block
        rest = (g * out).sum(-1, keepdim=True)
        dq, dk, dv = 0, [], []
        for f in range(0, k.shape[2], b):
            P = torch.exp(ctx.tile(f) - lse)
            dv.append(P.mT @ g)
            dS = P * (g @ working(v)[:, :, f : f + b].mT - rest) / math.sqrt(q.shape[-1])
            dq = dq + dS @ working(k)[:, :, f : f + b]
            dk.append(dS.mT @ working(q))
        return dq.to(q.dtype), torch.cat(dk, 2).to(k.dtype), torch.cat(dv, 2).to(v.dtype), None, None, None


class KVCache:
    def __init__(self):
        self.past = []

    def attend(self, q, k, v):
        self.past.append((k.clone(), v.clone()))
        keys, values = (torch.cat(pieces, dim=2) for pieces in zip(*self.past))
        return full(q, keys, values, causal=True)
