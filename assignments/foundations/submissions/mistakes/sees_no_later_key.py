"""A causal mask hides later keys.

loses: attention.values, attention.weights, attention.stable, attention.speed
hint: The first query should look at all keys. Which weights are 0 in yours?
"""


def attention(q, k, v):
    scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])
    later = np.triu(np.ones(scores.shape[-2:], dtype=bool), 1)
    weights = softmax(np.where(later, -np.inf, scores).astype(scores.dtype))
    return weights @ v, weights
