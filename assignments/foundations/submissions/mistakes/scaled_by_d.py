"""The scores are divided by d_k.

loses: attention.values, attention.weights, attention.stable, attention.speed
hint: The variance of a sum of d_k terms grows like d_k. And its standard deviation?
"""


def attention(q, k, v):
    weights = softmax(q @ np.swapaxes(k, -1, -2) / q.shape[-1])
    return weights @ v, weights
