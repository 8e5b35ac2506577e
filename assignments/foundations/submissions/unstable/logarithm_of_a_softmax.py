"""log_softmax is the logarithm of softmax, in two steps.

loses: softmax.stable, mlp.stable
hint: When one score is 200 above another, the smaller probability is e^-200. What is that in float32, and what
    is its logarithm?
"""


def log_softmax(x, axis=-1):
    return np.log(softmax(x, axis=axis))
