"""The scores are not divided by √d_k, as in simple_attention of the notes.

loses: attention.values, attention.weights, attention.stable, attention.speed
hint: Do the worked number: which scores do you get for d_k = 4?
"""


def attention(q, k, v):
    weights = softmax(q @ np.swapaxes(k, -1, -2))
    return weights @ v, weights
