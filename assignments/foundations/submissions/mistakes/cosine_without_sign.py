"""The absolute value of the cosine is returned.

loses: similarity.cosine, similarity.zero, similarity.analogy, similarity.stable, similarity.speed
hint: What is the cosine of a and -a?
"""


def cosine_similarity(a, b, axis=-1):
    directions = []
    for vector in (a, b):
        largest = np.abs(vector).max(axis=axis, keepdims=True)
        vector = vector / np.where(largest > 0, largest, 1)
        length = np.sqrt((vector * vector).sum(axis=axis, keepdims=True))
        directions.append(vector / np.where(length > 0, length, 1))
    return np.abs((directions[0] * directions[1]).sum(axis=axis))
