"""The divergence takes the logarithm of p/q.

loses: information.exact
hint: For p = 0.5 and q = 1e-39 in float32: what is p/q, and what is ln p - ln q?
"""


def kl_divergence(p, q, axis=-1):
    with np.errstate(divide="ignore", over="ignore"):
        return (p * np.log(np.where(p > 0, p, 1) / np.where(p > 0, q, 1))).sum(axis=axis)
