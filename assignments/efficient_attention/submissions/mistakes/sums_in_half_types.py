"""bfloat16 inputs are computed in bfloat16.

loses: linear.dtype
hint: In which dtype are your sums over the keys when the inputs are bfloat16?
"""


def linear(q, k, v, *, feature=elu_plus_one, causal=False, chunk=64):
    return _kernel_attention(feature(q), feature(k), v, causal, chunk)
