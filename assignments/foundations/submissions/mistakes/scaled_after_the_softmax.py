"""The weights are divided by √d_k, not the scores.

loses: attention.values, attention.weights, attention.stable, attention.speed
hint: Do the weights of a query sum to 1? Is it the scores or the weights that are scaled?
"""


def attention(q, k, v):
    weights = softmax(q @ np.swapaxes(k, -1, -2)) / math.sqrt(q.shape[-1])
    return weights @ v, weights
