"""The scores are returned in place of the weights.

loses: attention.weights, attention.stable, attention.speed
hint: The second result should sum to 1 over the keys. Which array do you return?
"""


def attention(q, k, v):
    scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])
    return softmax(scores) @ v, scores
