"""1e-10 is added to p and q.

loses: information.kl, information.edges, information.exact
hint: Let an outcome happen that q holds to be impossible. What does it cost on paper, and what in your
    function?
"""


def kl_divergence(p, q, axis=-1):
    return (p * np.log((p + 1e-10) / (q + 1e-10))).sum(axis=axis)
