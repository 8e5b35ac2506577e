"""q is clipped to at least 1e-12.

loses: information.edges, information.exact
hint: An outcome for which q = 0 happens, and one for which q = 1e-30. Both cost the same in your function;
    should they?
"""


def cross_entropy(p, q, axis=-1):
    return -(p * np.log(np.clip(q, 1e-12, None))).sum(axis=axis)
