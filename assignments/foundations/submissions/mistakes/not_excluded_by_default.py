"""exclude is False unless something else is said.

loses: similarity.analogy, similarity.speed
hint: What does analogy(a, b, c, table) do when nobody speaks of exclude? Compare your signature with the
    notebook.
"""


def analogy(a, b, c, table, exclude=False):
    cosines = cosine_similarity(table, table[b] - table[a] + table[c])
    if exclude:
        cosines[[a, b, c]] = -np.inf
    return int(cosines.argmax())
