"""Probabilities are raised to 1/T and not normalised again.

loses: softmax.temperature, softmax.stable
hint: p to the power 1/T has the right odds. What does it sum to at temperature 2?
"""


def softmax(x, axis=-1, temperature=1.0):
    exponentials = np.exp(x - x.max(axis=axis, keepdims=True))
    return (exponentials / exponentials.sum(axis=axis, keepdims=True)) ** (1 / temperature)
