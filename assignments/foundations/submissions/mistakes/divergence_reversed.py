"""KL(q‖p) is computed.

loses: information.kl, information.edges, information.exact
hint: p says how often things happen. Which of the two stands in front of the logarithm, and which above in the
    quotient?
"""


def kl_divergence(p, q, axis=-1):
    with np.errstate(divide="ignore"):
        return (q * (np.log(np.where(q > 0, q, 1)) - np.log(np.where(q > 0, p, 1)))).sum(axis=axis)
