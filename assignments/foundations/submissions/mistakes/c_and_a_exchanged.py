"""The target is a + b - c.

loses: similarity.analogy, similarity.speed
hint: Which of the three words is subtracted? Write the target of the worked number and compare.
"""


def analogy(a, b, c, table, exclude=True):
    cosines = cosine_similarity(table, table[a] + table[b] - table[c])
    if exclude:
        cosines[[a, b, c]] = -np.inf
    return int(cosines.argmax())
