"""Rows b and c are left out, row a is not.

loses: similarity.analogy
hint: The notebook says that the answer is none of the three. Is there a table in which a is nearest to b - a +
    c?
"""


def analogy(a, b, c, table, exclude=True):
    cosines = cosine_similarity(table, table[b] - table[a] + table[c])
    if exclude:
        cosines[[b, c]] = -np.inf
    return int(cosines.argmax())
