"""The cosine of excluded rows is set to 0.

loses: similarity.analogy
hint: Which row wins if all other cosines are negative?
"""


def analogy(a, b, c, table, exclude=True):
    cosines = cosine_similarity(table, table[b] - table[a] + table[c])
    if exclude:
        cosines[[a, b, c]] = 0
    return int(cosines.argmax())
