"""Two zero vectors have cosine 1.

loses: similarity.zero
hint: What does the notebook say about the cosine of a zero vector with anything?
"""


def cosine_similarity(a, b, axis=-1):
    directions = []
    for vector in (a, b):
        largest = np.abs(vector).max(axis=axis, keepdims=True)
        vector = vector / np.where(largest > 0, largest, 1)
        length = np.sqrt((vector * vector).sum(axis=axis, keepdims=True))
        directions.append(vector / np.where(length > 0, length, 1))
    return np.where(
        (np.abs(a).max(axis=axis) == 0) & (np.abs(b).max(axis=axis) == 0),
        1,
        (directions[0] * directions[1]).sum(axis=axis),
    )
