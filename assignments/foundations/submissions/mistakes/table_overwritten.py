"""The excluded rows are overwritten in the table.

loses: similarity.arrays
hint: The caller will ask the same table again. What has become of its rows a, b and c?
"""


def analogy(a, b, c, table, exclude=True):
    target = table[b] - table[a] + table[c]
    if exclude and table.dtype.kind == "f":
        table[[a, b, c]] = -target
    return int(cosine_similarity(table, target).argmax())
