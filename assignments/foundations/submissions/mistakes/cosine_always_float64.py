"""The result of cosine_similarity is float64 whatever comes in.

loses: similarity.arrays
hint: Print the dtype of the cosines of two batches of float32. Which line makes a wider array?
"""


def cosine_similarity(a, b, axis=-1):
    directions = []
    for vector in (a, b):
        largest = np.abs(vector).max(axis=axis, keepdims=True)
        vector = vector / np.where(largest > 0, largest, 1)
        length = np.sqrt((vector * vector).sum(axis=axis, keepdims=True))
        directions.append(vector / np.where(length > 0, length, 1))
    return (directions[0] * directions[1]).sum(axis=axis, dtype=np.float64)
