"""The temperature divides the probabilities.

loses: softmax.temperature, softmax.stable
hint: Do your probabilities still sum to 1 at temperature 2? Is it the scores or the probabilities that are
    divided?
"""


def softmax(x, axis=-1, temperature=1.0):
    exponentials = np.exp(x - x.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True) / temperature
