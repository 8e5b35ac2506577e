"""softmax ignores its axis.

loses: softmax.axis, softmax.temperature, softmax.stable
hint: Call softmax(x, axis=0) on a square table. Which sums are 1, those of the columns or those of the rows?
"""


def softmax(x, axis=-1, temperature=1.0):
    exponentials = np.exp((x - x.max(axis=-1, keepdims=True)) / temperature)
    return exponentials / exponentials.sum(axis=-1, keepdims=True)
