"""Only row c is left out.

loses: similarity.analogy, similarity.speed
hint: The target is near c, near b, and sometimes near a. Which rows does your function leave out?
"""


def analogy(a, b, c, table, exclude=True):
    cosines = cosine_similarity(table, table[b] - table[a] + table[c])
    if exclude:
        cosines[c] = -np.inf
    return int(cosines.argmax())
