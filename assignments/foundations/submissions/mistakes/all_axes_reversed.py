"""The keys are transposed with .T, which reverses all axes.

loses: attention.values, attention.weights, attention.stable, attention.arrays, attention.speed
hint: For k[B,L,d], what is the shape of k.T? Which two axes should change places?
"""


def attention(q, k, v):
    weights = softmax(q @ k.T / math.sqrt(q.shape[-1]))
    return weights @ v, weights
