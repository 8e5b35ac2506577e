"""The scores are divided by √d_v.

loses: attention.values, attention.weights, attention.stable
hint: Take d_v different from d_k. Which of them is the number of terms in q·k?
"""


def attention(q, k, v):
    weights = softmax(q @ np.swapaxes(k, -1, -2) / math.sqrt(v.shape[-1]))
    return weights @ v, weights
