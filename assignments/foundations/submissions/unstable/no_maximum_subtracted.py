"""The exponentials are taken of the scores as they come.

loses: softmax.stable, attention.stable
hint: In float32 exp(89) is infinite. Which number may be taken from all scores of a row without changing its
    softmax?
"""


def softmax(x, axis=-1, temperature=1.0):
    exponentials = np.exp(x / temperature)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
