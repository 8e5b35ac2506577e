"""Outcomes with q = 0 are left out, also when they happen.

loses: information.edges
hint: An outcome that happens and was held to be impossible costs more than any other. What does it cost in your
    function?
"""


def kl_divergence(p, q, axis=-1):
    counts = (p > 0) & (q > 0)
    return (p * (np.log(np.where(counts, p, 1)) - np.log(np.where(counts, q, 1)))).sum(axis=axis)
