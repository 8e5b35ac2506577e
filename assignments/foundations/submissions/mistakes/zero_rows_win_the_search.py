"""The search computes cosines of its own: a zero row gives NaN, and argmax returns it.

loses: similarity.zero
hint: What does argmax say about an array that holds a NaN? You have a function that knows about zero vectors.
"""


def analogy(a, b, c, table, exclude=True):
    target = table[b] - table[a] + table[c]
    largest = np.abs(table).max(axis=-1, keepdims=True)
    rows = table / largest
    cosines = (rows * (target / np.abs(target).max())).sum(axis=-1) / np.sqrt((rows * rows).sum(axis=-1))
    if exclude:
        cosines[[a, b, c]] = -np.inf
    return int(cosines.argmax())
