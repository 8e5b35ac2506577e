"""Scores are multiplied by the temperature.

loses: softmax.temperature, softmax.stable
hint: At a high temperature all outcomes should be nearly equally likely. Is that what yours gives at
    temperature 100?
"""


def softmax(x, axis=-1, temperature=1.0):
    exponentials = np.exp((x - x.max(axis=axis, keepdims=True)) * temperature)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
