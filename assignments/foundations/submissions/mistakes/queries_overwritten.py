"""The queries are scaled in place.

loses: attention.arrays
hint: Print q before and after the call. Which of your operators writes into the array on its left?
"""


def attention(q, k, v):
    if q.dtype.kind != "f":
        q = q * 1.0
    q /= math.sqrt(q.shape[-1])
    weights = softmax(q @ np.swapaxes(k, -1, -2))
    return weights @ v, weights
