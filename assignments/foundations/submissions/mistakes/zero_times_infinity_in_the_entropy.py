"""0·ln 0 is left to NumPy: NaN.

loses: information.edges, information.exact, information.arrays
hint: What is 0 times -inf in floating point? On which entries should the logarithm not be taken at all?
"""


def entropy(p, base=math.e, axis=-1):
    return -(p * np.log(p)).sum(axis=axis) / math.log(base)
