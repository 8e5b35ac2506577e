"""log_softmax sums exponentials of the scores as they come.

loses: softmax.stable, mlp.stable
hint: ln of a sum of exponentials overflows long before the result is large. Write m + ln Σ exp(x - m): which m
    keeps every exponent at most 0?
"""


def log_softmax(x, axis=-1):
    return x - np.log(np.exp(x).sum(axis=axis, keepdims=True))
