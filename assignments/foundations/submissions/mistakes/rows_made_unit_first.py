"""Rows are scaled to length 1 before the target is formed.

loses: similarity.analogy, similarity.stable, similarity.speed
hint: The target is made of the rows as they are. What becomes of b - a + c when a is ten times as long as b?
"""


def analogy(a, b, c, table, exclude=True):
    length = np.linalg.norm(table, axis=-1, keepdims=True)
    table = table / np.where(length > 0, length, 1)
    cosines = cosine_similarity(table, table[b] - table[a] + table[c])
    if exclude:
        cosines[[a, b, c]] = -np.inf
    return int(cosines.argmax())
