"""Each length is safe, their product and the dot product are not.

loses: similarity.stable
hint: The lengths 1e-30 and 1e-30 are floats. Is their product, in float32? Divide a and b before you multiply
    them.
"""


def cosine_similarity(a, b, axis=-1):
    lengths = []
    for vector in (a, b):
        largest = np.abs(vector).max(axis=axis, keepdims=True)
        scaled = vector / np.where(largest > 0, largest, 1)
        lengths.append(np.sqrt((scaled * scaled).sum(axis=axis)) * np.squeeze(largest, axis))
    product = lengths[0] * lengths[1]
    return (a * b).sum(axis=axis) / np.where(product > 0, product, 1)
