"""The largest score of the whole array is subtracted from every row.

loses: softmax.stable, attention.stable
hint: Let one row hold scores near 200 and another scores near -200. What is left of the second row once the
    largest score of the first was subtracted from it?
"""


def softmax(x, axis=-1, temperature=1.0):
    exponentials = np.exp((x - x.max()) / temperature)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
