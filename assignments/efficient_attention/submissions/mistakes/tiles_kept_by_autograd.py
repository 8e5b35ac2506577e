"""The tiles are differentiated by autograd, which keeps all of them.

loses: flash.kept
hint: What does autograd keep for each tile, and how many tiles are there?
"""


def flash(
    q: Tensor, k: Tensor, v: Tensor, *, causal: bool = False, block_q: int = 64, block_k: int = 64
) -> tuple[Tensor, Tensor]:
    """Exact attention in tiles of block_q × block_k: out [B,H,L,dv] and the log-sum-exp of each row, lse [B,H,L]."""

    def tiles(rows):
        for columns in range(0, k.shape[-2], block_k):
            part = slice(columns, columns + block_k)
            found = _tile(working(q)[..., rows, :], working(k)[..., part, :], rows.start, columns, q, k, causal)
            if found is not None:
                yield found, working(v)[..., part, :]

    outs, sums = [], []
    for first in range(0, q.shape[-2], block_q):
        rows = slice(first, first + block_q)
        with torch.no_grad():
            logs = [found.logsumexp(-1) for found, _ in tiles(rows)]
            none = working(q)[..., rows, 0].detach() * 0 - math.inf
            lse = torch.stack([none, *logs]).logsumexp(0)
        safe = torch.where(lse.isinf(), 0.0, lse).unsqueeze(-1)
        top, bottom = 0 * q.sum(), 0
        for found, values in tiles(rows):
            p = torch.exp(found - safe)
            top, bottom = top + p @ values, bottom + p.sum(-1, keepdim=True)
        if not logs:
            top, bottom = q.new_zeros(*safe.shape[:-1], v.shape[-1]) + top, 1.0 + safe
        outs.append(top / torch.where(safe * 0 + bottom > 0, bottom, 1.0))
        sums.append(lse)
    return torch.cat(outs, dim=-2).to(v.dtype), torch.cat(sums, dim=-1)
