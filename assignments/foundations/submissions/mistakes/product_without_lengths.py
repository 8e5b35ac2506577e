"""The dot product is not divided by the lengths.

loses: similarity.cosine, similarity.zero, similarity.analogy, similarity.stable, similarity.speed
hint: Stretch a by 3. The angle stays; does your result?
"""


def cosine_similarity(a, b, axis=-1):
    return (a * b).sum(axis=axis) * 1.0
