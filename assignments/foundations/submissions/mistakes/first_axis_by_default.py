"""The distributions lie along axis 0 unless something else is said.

loses: softmax.values, attention.values, attention.weights, softmax.stable, attention.stable, softmax.speed,
    attention.speed
hint: Which axis does softmax(x) take when none is named? Compare your signature with the one in the notebook.
"""


def softmax(x, axis=0, temperature=1.0):
    exponentials = np.exp((x - x.max(axis=axis, keepdims=True)) / temperature)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
