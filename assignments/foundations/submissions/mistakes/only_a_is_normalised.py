"""Only the length of a is divided out.

loses: similarity.cosine, similarity.zero, similarity.stable, similarity.speed
hint: Stretch b by 3. The angle stays; does your result?
"""


def cosine_similarity(a, b, axis=-1):
    length = np.sqrt((a * a).sum(axis=axis))
    return (a * b).sum(axis=axis) / np.where(length > 0, length, 1)
