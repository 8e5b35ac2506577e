"""The table is searched word by word.

loses: similarity.speed
hint: cosine_similarity broadcasts: what is the shape of its result for table[V,d] and one target[d]?
"""


def analogy(a, b, c, table, exclude=True):
    target, best, answer = table[b] - table[a] + table[c], -np.inf, 0
    for row in range(len(table)):
        if not (exclude and row in (a, b, c)):
            cosine = cosine_similarity(table[row], target)
            if cosine > best:
                best, answer = cosine, row
    return answer
