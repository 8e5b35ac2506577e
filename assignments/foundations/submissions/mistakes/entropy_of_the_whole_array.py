"""The entropy sums over the whole array.

loses: information.entropy, information.edges, information.exact, information.arrays
hint: How many numbers should come out for a batch of five distributions? Over which axis does your sum run?
"""


def entropy(p, base=math.e, axis=-1):
    return -(p * np.log(np.where(p > 0, p, 1))).sum() / math.log(base)
