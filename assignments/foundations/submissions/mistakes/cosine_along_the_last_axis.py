"""The cosine ignores its axis.

loses: similarity.cosine, similarity.arrays
hint: Call cosine_similarity(a, b, axis=1) on arrays of three axes. What is the shape of the result?
"""


def cosine_similarity(a, b, axis=-1):
    directions = []
    for vector in (a, b):
        largest = np.abs(vector).max(axis=-1, keepdims=True)
        vector = vector / np.where(largest > 0, largest, 1)
        length = np.sqrt((vector * vector).sum(axis=-1, keepdims=True))
        directions.append(vector / np.where(length > 0, length, 1))
    return (directions[0] * directions[1]).sum(axis=-1)
