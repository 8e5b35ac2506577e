"""The scale is np.sqrt(d_k), a float64 that makes the scores float64.

loses: attention.arrays
hint: Print the dtype of your weights for inputs of float32. What is the type of np.sqrt(64), and what does
    NumPy make of an array of float32 divided by it?
"""


def attention(q, k, v):
    weights = softmax(q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1]))
    return weights @ v, weights
