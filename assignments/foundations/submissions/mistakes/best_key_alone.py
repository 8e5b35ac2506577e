"""The output is the value of the best key.

loses: attention.values, attention.stable, attention.arrays, attention.speed
hint: The output is a mean of all values, weighted softly. Which values go into yours?
"""


def attention(q, k, v):
    weights = softmax(q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1]))
    best = weights.argmax(axis=-1)
    return np.take_along_axis(v, best[..., None], axis=-2), weights
