"""The divergence is in bits.

loses: information.kl, information.edges, information.exact
hint: KL = CE - H only holds if all three are in the same unit. Which logarithm is in which function?
"""


def kl_divergence(p, q, axis=-1):
    with np.errstate(divide="ignore"):
        return (p * (np.log2(np.where(p > 0, p, 1)) - np.log2(np.where(p > 0, q, 1)))).sum(axis=axis)
