"""log_softmax subtracts the largest score of the whole array.

loses: softmax.stable, mlp.stable
hint: A row far below the largest score of the table: what is the sum of its exponentials, and what is the
    logarithm of that?
"""


def log_softmax(x, axis=-1):
    below = x - x.max()
    return below - np.log(np.exp(below).sum(axis=axis, keepdims=True))
