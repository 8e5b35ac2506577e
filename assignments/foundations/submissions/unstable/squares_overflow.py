"""Lengths are computed from the entries as they come.

loses: similarity.stable
hint: In float32 the square of 1e30 is infinite and the square of 1e-30 is 0. By what may a vector be divided
    without changing its angles?
"""


def cosine_similarity(a, b, axis=-1):
    lengths = np.sqrt((a * a).sum(axis=axis)) * np.sqrt((b * b).sum(axis=axis))
    return (a * b).sum(axis=axis) / np.where(lengths > 0, lengths, 1)
