"""The temperature is rounded down to a whole number, at least 1.

loses: softmax.temperature
hint: What are the odds of two scores at temperature 1, and at temperature 1/2? Yours are the same: what becomes
    of the fraction?
"""


def softmax(x, axis=-1, temperature=1.0):
    exponentials = np.exp((x - x.max(axis=axis, keepdims=True)) / max(1, int(temperature)))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
