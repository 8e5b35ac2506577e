"""The logarithm of the base is a NumPy number, which makes float32 arrays float64.

loses: information.arrays
hint: Print entropy(p).dtype for a batch p of float32. Which number in your function is a np.float64?
"""


def entropy(p, base=math.e, axis=-1):
    return -(p * np.log(np.where(p > 0, p, 1))).sum(axis=axis) / np.log(base)
