"""Lengths are taken to be at least 1e-8.

loses: similarity.stable
hint: The notebook speaks of vectors with entries of 1e-30. What is their cosine if their length is taken for
    1e-8?
"""


def cosine_similarity(a, b, axis=-1):
    lengths = [np.maximum(np.sqrt((v * v).sum(axis=axis)), 1e-8) for v in (a, b)]
    return (a * b).sum(axis=axis) / lengths[0] / lengths[1]
