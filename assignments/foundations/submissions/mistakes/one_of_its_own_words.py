"""The three words of the question are never left out.

loses: similarity.analogy, similarity.speed
hint: Print the four best rows. Which of them were in the question?
"""


def analogy(a, b, c, table, exclude=True):
    return int(cosine_similarity(table, table[b] - table[a] + table[c]).argmax())
