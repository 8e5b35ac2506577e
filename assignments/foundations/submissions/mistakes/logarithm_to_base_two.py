"""log_softmax is in bits.

loses: softmax.axis, softmax.log, mlp.loss, mlp.output_layer, mlp.hidden_layer, softmax.stable, mlp.stable,
    softmax.speed, mlp.speed
hint: Exponentials of your result should sum to 1. Which number, raised to the power of your result, gives that
    sum?
"""


def log_softmax(x, axis=-1):
    below = x - x.max(axis=axis, keepdims=True)
    return (below - np.log(np.exp(below).sum(axis=axis, keepdims=True))) / np.log(np.asarray(2, dtype=below.dtype))
