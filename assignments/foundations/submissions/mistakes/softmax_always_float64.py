"""Whatever comes in, float64 comes out of softmax.

loses: softmax.arrays, attention.arrays
hint: Print softmax(x).dtype for an x of float32. Which line makes a wider array?
"""


def softmax(x, axis=-1, temperature=1.0):
    x = np.asarray(x, dtype=np.float64)
    exponentials = np.exp((x - x.max(axis=axis, keepdims=True)) / temperature)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
