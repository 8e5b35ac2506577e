"""Answers a question of a shape that it has seen before with the answer it gave then.

loses: attention.values, attention.weights, attention.speed
"""

_answers = {}


def attention(q, k, v):
    key = q.shape, k.shape, v.shape, q.dtype.name
    if key not in _answers:
        weights = softmax(q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1]))
        _answers[key] = weights @ v, weights
    return _answers[key]
