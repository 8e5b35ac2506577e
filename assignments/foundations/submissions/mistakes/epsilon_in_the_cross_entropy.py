"""1e-10 is added inside the logarithm of the cross-entropy, as in the notes.

loses: information.cross_entropy, information.edges, information.exact
hint: Let an outcome happen that q holds to be impossible, and one for which q is 1e-30. What do the two cost on
    paper, and what in your function?
"""


def cross_entropy(p, q, axis=-1):
    return -(p * np.log(q + 1e-10)).sum(axis=axis)
