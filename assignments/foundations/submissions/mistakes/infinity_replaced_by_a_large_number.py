"""np.nan_to_num turns the infinite cost into a large number.

loses: information.edges
hint: np.nan_to_num replaces NaN, and what else? Print np.nan_to_num(-np.inf).
"""


def kl_divergence(p, q, axis=-1):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(p * (np.log(p) - np.log(q))).sum(axis=axis)
