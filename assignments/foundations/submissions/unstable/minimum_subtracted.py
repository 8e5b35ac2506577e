"""The smallest score of a row is subtracted, not the largest.

loses: softmax.stable, attention.stable
hint: After your subtraction, is the largest exponent 0, or the smallest? Which of the two keeps exp from
    overflowing?
"""


def softmax(x, axis=-1, temperature=1.0):
    exponentials = np.exp((x - np.where(np.isfinite(x), x, np.inf).min(axis=axis, keepdims=True)) / temperature)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
