"""The entropy is in bits.

loses: information.entropy, information.edges
hint: What is the entropy of two equally likely outcomes, in nats? Which logarithm do you take when nobody names
    a base?
"""


def entropy(p, base=math.e, axis=-1):
    return -(p * np.log2(np.where(p > 0, p, 1))).sum(axis=axis)
