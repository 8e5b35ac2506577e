"""The sign of the entropy is missing.

loses: information.entropy, information.edges
hint: Logarithms of probabilities are negative. Is a mean surprise?
"""


def entropy(p, base=math.e, axis=-1):
    return (p * np.log(np.where(p > 0, p, 1))).sum(axis=axis) / math.log(base)
