"""The mean of KL(p‖q) and KL(q‖p) is computed.

loses: information.kl, information.edges, information.exact
hint: Is KL(p‖q) equal to KL(q‖p) for p = (1/2, 1/2) and q = (3/4, 1/4)? Compare with the worked number.
"""


def _one_way(p, q, axis):
    with np.errstate(divide="ignore"):
        return (p * (np.log(np.where(p > 0, p, 1)) - np.log(np.where(p > 0, q, 1)))).sum(axis=axis)


def kl_divergence(p, q, axis=-1):
    return (_one_way(p, q, axis) + _one_way(q, p, axis)) / 2
