"""The entropy ignores its axis.

loses: information.entropy, information.arrays
hint: Call entropy(p, axis=0) on a square table whose columns sum to 1. Which sums does your function make?
"""


def entropy(p, base=math.e, axis=-1):
    return -(p * np.log(np.where(p > 0, p, 1))).sum(axis=-1) / math.log(base)
