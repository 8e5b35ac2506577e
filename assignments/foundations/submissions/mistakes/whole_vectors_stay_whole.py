"""Vectors of whole numbers are divided by their length in whole numbers.

loses: similarity.arrays
hint: Try a = (3, 4) as whole numbers. What does // do, and what does an array of whole numbers make of 0.6?
"""


def cosine_similarity(a, b, axis=-1):
    directions = []
    for vector in (a, b):
        direction = np.array(vector)
        largest = np.abs(vector).max(axis=axis, keepdims=True)
        vector = vector / np.where(largest > 0, largest, 1)
        length = np.sqrt((vector * vector).sum(axis=axis, keepdims=True))
        direction[...] = vector / np.where(length > 0, length, 1)
        directions.append(direction)
    return (directions[0] * directions[1]).sum(axis=axis)
