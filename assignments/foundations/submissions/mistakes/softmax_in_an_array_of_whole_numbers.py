"""The result is written into an array like x.

loses: softmax.arrays
hint: If x holds whole numbers, what can np.empty_like(x) hold? What becomes of 0.7 in it?
"""


def softmax(x, axis=-1, temperature=1.0):
    exponentials = np.exp((x - x.max(axis=axis, keepdims=True)) / temperature)
    result = np.empty_like(x)
    result[...] = exponentials / exponentials.sum(axis=axis, keepdims=True)
    return result
