"""1e-8 is added to the product of the lengths.

loses: similarity.cosine, similarity.zero, similarity.stable
hint: Take vectors of length 1e-4. What is the product of their lengths, and what does adding 1e-8 do to it?
"""


def cosine_similarity(a, b, axis=-1):
    lengths = np.sqrt((a * a).sum(axis=axis)) * np.sqrt((b * b).sum(axis=axis))
    return (a * b).sum(axis=axis) / (lengths + 1e-8)
