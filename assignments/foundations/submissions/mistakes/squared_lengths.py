"""The root is missing: the product is divided by squared lengths.

loses: similarity.cosine, similarity.zero, similarity.analogy, similarity.stable, similarity.speed
hint: The cosine of a with itself is 1, whatever its length. What is yours for a = (3, 4)?
"""


def cosine_similarity(a, b, axis=-1):
    squares = (a * a).sum(axis=axis) * (b * b).sum(axis=axis)
    return (a * b).sum(axis=axis) / np.where(squares > 0, squares, 1)
