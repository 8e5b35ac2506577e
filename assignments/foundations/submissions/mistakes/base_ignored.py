"""The base has no effect.

loses: information.entropy, information.edges
hint: Two equally likely outcomes are 1 bit. What does yours say for base=2?
"""


def entropy(p, base=math.e, axis=-1):
    return -(p * np.log(np.where(p > 0, p, 1))).sum(axis=axis)
