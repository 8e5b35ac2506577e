"""Cosines of a batch are computed pair by pair.

loses: similarity.speed
hint: Sums along an axis treat all pairs of a batch at once. How many times does your loop run for 12,000 pairs?
"""


def _one(a, b):
    lengths = []
    for vector in (a, b):
        largest = abs(vector).max()
        if largest == 0:
            return 0
        vector = vector / largest
        lengths.append(vector / np.sqrt(vector @ vector))
    return lengths[0] @ lengths[1]


def cosine_similarity(a, b, axis=-1):
    a, b = np.broadcast_arrays(a, b)
    a, b = np.moveaxis(a, axis, -1), np.moveaxis(b, axis, -1)
    result = np.empty(a.shape[:-1], dtype=np.result_type(a, b, np.float32))
    for index in np.ndindex(*result.shape):
        result[index] = _one(a[index], b[index])
    return result
