"""p and q are divided by their sums in the cross-entropy.

loses: information.cross_entropy, information.edges, information.exact
hint: The notebook says that p and q are taken as they are. What happens in your function to a p that sums to 2?
"""


def cross_entropy(p, q, axis=-1):
    p, q = p / p.sum(axis=axis, keepdims=True), q / q.sum(axis=axis, keepdims=True)
    with np.errstate(divide="ignore"):
        return -(p * np.log(np.where(p > 0, q, 1))).sum(axis=axis)
