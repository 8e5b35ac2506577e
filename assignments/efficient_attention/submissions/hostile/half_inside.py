"""Computes in bfloat16 and gives the inputs' dtype back.

loses: local.values, local.cost, local.speed
"""


def local(q, k, v, *, window, causal=False):
    a, b, c = (x.bfloat16() for x in (q, k, v))
    return longformer(a, b, c, window=window, global_positions=[], causal=causal).to(v.dtype)


local.pattern = local_pattern
