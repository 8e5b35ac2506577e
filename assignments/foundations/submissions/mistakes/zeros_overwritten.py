"""Zeros of p are replaced by ones in p itself.

loses: information.arrays
hint: After the call the caller still needs p. Which assignment of yours writes into it?
"""


def entropy(p, base=math.e, axis=-1):
    p[p == 0] = 1
    return -(p * np.log(p)).sum(axis=axis) / math.log(base)
