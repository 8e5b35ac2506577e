"""The length is that of the whole array.

loses: similarity.cosine, similarity.zero, similarity.analogy, similarity.stable, similarity.speed
hint: For a batch of five vectors there are five lengths. How many does your norm give?
"""


def cosine_similarity(a, b, axis=-1):
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    return (a * b).sum(axis=axis) / (lengths if lengths > 0 else 1)
