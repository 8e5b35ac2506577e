"""p = 0 and q = 0 together give NaN.

loses: information.edges, information.exact
hint: An outcome that never happens adds nothing, whatever q says. What does your function add where p and q are
    both 0?
"""


def cross_entropy(p, q, axis=-1):
    return -(p * np.log(q)).sum(axis=axis)
