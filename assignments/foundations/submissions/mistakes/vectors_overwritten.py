"""The vectors are scaled in place.

loses: similarity.arrays
hint: Print a before and after the call. Which of your operators writes into the array on its left?
"""


def cosine_similarity(a, b, axis=-1):
    directions = []
    for vector in (a, b):
        largest = np.abs(vector).max(axis=axis, keepdims=True)
        if vector.dtype.kind == "f":
            vector /= np.where(largest > 0, largest, 1)
        else:
            vector = vector / np.where(largest > 0, largest, 1)
        length = np.sqrt((vector * vector).sum(axis=axis, keepdims=True))
        directions.append(vector / np.where(length > 0, length, 1))
    return (directions[0] * directions[1]).sum(axis=axis)


def analogy(a, b, c, table, exclude=True):
    cosines = cosine_similarity(table.copy(), table[b] - table[a] + table[c])
    if exclude:
        cosines[[a, b, c]] = -np.inf
    return int(cosines.argmax())
