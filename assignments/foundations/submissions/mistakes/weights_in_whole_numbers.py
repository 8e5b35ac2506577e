"""Weights and output are written into arrays like the inputs.

loses: attention.arrays
hint: If q holds whole numbers, what can an array of its dtype hold? What becomes of a weight of 0.7?
"""


def attention(q, k, v):
    weights = softmax(q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])).astype(q.dtype)
    return (weights @ v).astype(v.dtype), weights
