"""The excluded rows are deleted, and the rest is counted anew.

loses: similarity.zero, similarity.analogy, similarity.stable, similarity.speed
hint: If row 1 of five is deleted, which number has row 4 then?
"""


def analogy(a, b, c, table, exclude=True):
    target = table[b] - table[a] + table[c]
    kept = np.delete(table, [a, b, c], axis=0) if exclude else table
    return int(cosine_similarity(kept, target).argmax())
