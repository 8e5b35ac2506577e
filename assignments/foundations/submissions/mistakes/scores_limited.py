"""Scores are limited to ±30.

loses: attention.stable
hint: Two keys with scores of 40 and 200: which of them should the query look at? What are they after your
    limit?
"""


def attention(q, k, v):
    scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])
    weights = softmax(np.clip(scores, -30, 30))
    return weights @ v, weights
