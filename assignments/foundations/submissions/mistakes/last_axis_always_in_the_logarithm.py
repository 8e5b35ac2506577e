"""log_softmax ignores its axis.

loses: softmax.axis
hint: Call log_softmax(x, axis=0) on a square table and take the exponential. Which sums are 1?
"""


def log_softmax(x, axis=-1):
    below = x - x.max(axis=-1, keepdims=True)
    return below - np.log(np.exp(below).sum(axis=-1, keepdims=True))
