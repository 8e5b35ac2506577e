"""The temperature has no effect.

loses: softmax.temperature, softmax.stable
hint: Does the name temperature occur in the body of your function?
"""


def softmax(x, axis=-1, temperature=1.0):
    exponentials = np.exp(x - x.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
