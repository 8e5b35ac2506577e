"""The scale is always √8.

loses: attention.values, attention.weights, attention.stable, attention.speed
hint: Which width do your examples have? The scale depends on it.
"""


def attention(q, k, v):
    weights = softmax(q @ np.swapaxes(k, -1, -2) / math.sqrt(8))
    return weights @ v, weights
