"""The entropy of p is not subtracted.

loses: information.kl, information.edges, information.exact
hint: What is KL(p‖p)? What does your function say?
"""


def kl_divergence(p, q, axis=-1):
    return cross_entropy(p, q, axis=axis)
