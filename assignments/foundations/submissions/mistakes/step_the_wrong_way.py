"""The target is a - b + c.

loses: similarity.analogy, similarity.speed
hint: The step that is applied to c leads from a to b. What do you get for "man is to king as woman is to ?" if
    it leads from b to a?
"""


def analogy(a, b, c, table, exclude=True):
    cosines = cosine_similarity(table, table[a] - table[b] + table[c])
    if exclude:
        cosines[[a, b, c]] = -np.inf
    return int(cosines.argmax())
