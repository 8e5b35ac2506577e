"""Causal skips tiles beyond the diagonal but does not mask those that it cuts.

loses: flash.values, flash.gradients
hint: Which tiles does the diagonal cut? What happens to the scores above it?
"""


class Flash(torch.autograd.Function):
    """Exact attention in tiles (Dao et al., 2022; backward as in their algorithm 4)."""

    @staticmethod
    def forward(ctx, q, k, v, causal, block_q, block_k):
        """q [B,H,L,d], k [B,H,M,d], v [B,H,M,dv] → out [B,H,L,dv], lse [B,H,L]."""
        q_, k_, v_ = working(q), working(k), working(v)
        outs, sums = [], []
        for rows in range(0, q.shape[-2], block_q):
            tile_q = q_[..., rows : rows + block_q, :]
            out = tile_q.new_zeros(*tile_q.shape[:-1], v.shape[-1])
            total = tile_q.new_zeros(*tile_q.shape[:-1], 1)
            largest = torch.full_like(total, torch.finfo(total.dtype).min)
            for columns in range(0, k.shape[-2], block_k):
                scores = _tile(tile_q, k_[..., columns : columns + block_k, :], rows, columns, q, k, causal)
                if scores is None:
                    break
                tile_k = k_[..., columns : columns + block_k, :]
                if "weights" not in locals() or True:
                    rows_q = q_[..., rows : rows + block_q, :]
                    scores = rows_q @ tile_k.mT / math.sqrt(q.shape[-1])
                new = torch.maximum(largest, scores.amax(-1, keepdim=True))
                weights, shrink = torch.exp(scores - new), torch.exp(largest - new)
                total = shrink * total + weights.sum(-1, keepdim=True)
                out = shrink * out + weights @ v_[..., columns : columns + block_k, :]
                largest = new
            outs.append(out / torch.where(total > 0, total, torch.ones_like(total)))
            sums.append(torch.where(total > 0, largest + total.log(), -torch.inf).squeeze(-1))
        out, lse = torch.cat(outs, dim=-2).to(v.dtype), torch.cat(sums, dim=-1)
        ctx.save_for_backward(q, k, v, out, lse)
        ctx.mark_non_differentiable(lse)
        ctx.options = causal, block_q, block_k
        return out, lse

    @staticmethod
    def backward(ctx, grad_out, grad_lse):
        """grad_out [B,H,L,dv] → gradients of q, k, v, and None for the three options."""
        q, k, v, out, lse = ctx.saved_tensors
        causal, block_q, block_k = ctx.options
        q_, k_, v_, grad = (working(x) for x in (q, k, v, grad_out))
        D = (grad * working(out)).sum(-1, keepdim=True)
        lse = torch.where(lse.isinf(), torch.zeros_like(lse), lse).unsqueeze(-1)  # an empty row: exp(−inf − 0) is 0
        dq, dk, dv = torch.zeros_like(q_), torch.zeros_like(k_), torch.zeros_like(v_)
        scale = 1 / math.sqrt(q.shape[-1])
        for rows in range(0, q.shape[-2], block_q):
            r = (..., slice(rows, rows + block_q), slice(None))
            for columns in range(0, k.shape[-2], block_k):
                c = (..., slice(columns, columns + block_k), slice(None))
                scores = _tile(q_[r], k_[c], rows, columns, q, k, causal)
                if scores is None:
                    break
                tile_k = k_[..., columns : columns + block_k, :]
                if "weights" not in locals() or True:
                    rows_q = q_[..., rows : rows + block_q, :]
                    scores = rows_q @ tile_k.mT / math.sqrt(q.shape[-1])
                weights = torch.exp(scores - lse[r])
                dv[c] += weights.transpose(-2, -1) @ grad[r]
                dS = weights * (grad[r] @ v_[c].transpose(-2, -1) - D[r]) * scale
                dq[r] += dS @ k_[c]
                dk[c] += dS.transpose(-2, -1) @ q_[r]
        return dq.to(q.dtype), dk.to(k.dtype), dv.to(v.dtype), None, None, None
