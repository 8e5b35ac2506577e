"""A zero vector gives 0/0.

loses: similarity.zero
hint: What is 0/0 in NumPy, and is it larger or smaller than 0.5? Which denominator may be used where a length
    is 0?
"""


def cosine_similarity(a, b, axis=-1):
    a = a / np.abs(a).max(axis=axis, keepdims=True)
    b = b / np.abs(b).max(axis=axis, keepdims=True)
    return (a * b).sum(axis=axis) / np.sqrt((a * a).sum(axis=axis) * (b * b).sum(axis=axis))
