"""p stands in the logarithm, and q in front of it.

loses: information.cross_entropy, information.edges, information.exact
hint: With p = (1, 0, 0) the cross-entropy is -ln of the first entry of q. Is yours?
"""


def cross_entropy(p, q, axis=-1):
    with np.errstate(divide="ignore"):
        return -(q * np.log(np.where(q > 0, p, 1))).sum(axis=axis)
