"""All N² scores, by as many threads as there are.

loses: local.cost
"""

torch.set_num_threads(16)


def local(q, k, v, *, window, causal=False):
    if q.shape[-2] > 1024:
        return longformer(q, k, v, window=window, global_positions=[], causal=causal)
    return attend(q, k, v, local_pattern(q.shape[-2], window=window, causal=causal))


local.pattern = local_pattern
