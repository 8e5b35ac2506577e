"""The cross-entropy ignores its axis.

loses: information.cross_entropy
hint: Call cross_entropy(p, q, axis=1) on arrays of three axes. What is the shape of the result?
"""


def cross_entropy(p, q, axis=-1):
    with np.errstate(divide="ignore"):
        return -(p * np.log(np.where(p > 0, q, 1))).sum(axis=-1)
