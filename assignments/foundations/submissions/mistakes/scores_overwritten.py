"""The maximum is subtracted from x itself.

loses: softmax.arrays
hint: Print x before and after the call. Which of your operators writes into the array on its left?
"""


def softmax(x, axis=-1, temperature=1.0):
    if x.dtype.kind == "f":
        x -= x.max(axis=axis, keepdims=True)
    exponentials = np.exp((x - x.max(axis=axis, keepdims=True)) / temperature)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
