"""The cross-entropy of a batch is one number, the mean.

loses: information.cross_entropy, information.edges, information.exact, information.arrays
hint: How many numbers should come out for a batch of five distributions?
"""


def cross_entropy(p, q, axis=-1):
    with np.errstate(divide="ignore"):
        return -(p * np.log(np.where(p > 0, q, 1))).sum(axis=axis).mean()
