"""All sequences of a batch get the weights of the first.

loses: attention.values, attention.weights, attention.stable, attention.speed
hint: Change the last sequence of a batch: which weights move?
"""


def attention(q, k, v):
    weights = softmax(q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1]))
    if weights.ndim > 2:
        weights = np.broadcast_to(weights[:1], weights.shape).copy()
    return weights @ v, weights
