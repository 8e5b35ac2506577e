"""1e-10 is added inside the logarithm of the entropy, as in the notes.

loses: information.entropy, information.exact
hint: What is the entropy of an outcome that is certain? Ask your function for its sign.
"""


def entropy(p, base=math.e, axis=-1):
    return -(p * np.log(p + 1e-10)).sum(axis=axis) / math.log(base)
