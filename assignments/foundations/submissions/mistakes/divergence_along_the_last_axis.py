"""The divergence ignores its axis.

loses: information.kl, information.edges
hint: Call kl_divergence(p, q, axis=1) on arrays of three axes. What is the shape of the result?
"""


def kl_divergence(p, q, axis=-1):
    with np.errstate(divide="ignore"):
        return (p * (np.log(np.where(p > 0, p, 1)) - np.log(np.where(p > 0, q, 1)))).sum(axis=-1)
