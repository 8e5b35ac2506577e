"""Rows are compared by their dot product with the target.

loses: similarity.analogy, similarity.stable, similarity.speed
hint: Multiply one row of the table by 100. Its direction is the same; does it win now?
"""


def analogy(a, b, c, table, exclude=True):
    scores = table @ (table[b] - table[a] + table[c]) * 1.0
    if exclude:
        scores[[a, b, c]] = -np.inf
    return int(scores.argmax())
