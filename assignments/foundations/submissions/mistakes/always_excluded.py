"""The three words are left out even with exclude=False.

loses: similarity.analogy
hint: Does the name exclude occur in the body of your function?
"""


def analogy(a, b, c, table, exclude=True):
    cosines = cosine_similarity(table, table[b] - table[a] + table[c])
    cosines[[a, b, c]] = -np.inf
    return int(cosines.argmax())
