"""flash makes all N² scores, forward and backward.

loses: flash.memory, flash.kept
hint: Which of your tensors has N² elements? Is there a loop over tiles?
"""


def flash(q, k, v, *, causal=False, block_q=64, block_k=64):
    scores = working(q) @ working(k).transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        L, M = scores.shape[-2:]
        scores = scores.masked_fill(~torch.ones(L, M, dtype=torch.bool).tril(M - L), -math.inf)
    lse = scores.detach().logsumexp(-1)
    some = lse.isfinite().unsqueeze(-1)
    weights = torch.where(some, scores, torch.zeros_like(scores)).softmax(-1) * some
    return (weights @ working(v)).to(v.dtype), lse
