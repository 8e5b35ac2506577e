"""The softmax runs over the queries.

loses: attention.values, attention.weights, attention.stable, attention.speed
hint: For which axis do your weights sum to 1? Each query should have a distribution over the keys.
"""


def attention(q, k, v):
    weights = softmax(q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1]), axis=-2)
    return weights @ v, weights
