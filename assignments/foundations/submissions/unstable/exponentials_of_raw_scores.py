"""Attention has a softmax of its own, without subtracting a maximum.

loses: attention.stable
hint: In float32 exp(89) is infinite. Which function of yours does this rightly already?
"""


def attention(q, k, v):
    scores = np.exp(q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1]))
    weights = scores / scores.sum(axis=-1, keepdims=True)
    return weights @ v, weights
