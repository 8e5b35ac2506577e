"""The weights are returned before the output.

loses: attention.values, attention.weights, attention.stable, attention.arrays, attention.speed
hint: In which order does the notebook ask for the two results?
"""


def attention(q, k, v):
    weights = softmax(q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1]))
    return weights, weights @ v
