"""q is clipped to the smallest normal float32.

loses: information.edges, information.exact
hint: What is the cost of an outcome that happens although q is 0? However small the number that you put in
    place of 0, it is not that.
"""


def cross_entropy(p, q, axis=-1):
    smallest = np.asarray(np.finfo(np.float32).tiny, dtype=q.dtype)
    return -(p * np.log(np.maximum(np.where(p > 0, q, 1), smallest))).sum(axis=axis)
