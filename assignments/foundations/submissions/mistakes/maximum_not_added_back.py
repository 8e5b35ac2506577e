"""log_softmax forgets that the maximum was subtracted in one of its two terms.

loses: softmax.axis, softmax.log, mlp.loss, mlp.output_layer, mlp.hidden_layer, softmax.stable, mlp.stable,
    softmax.speed, mlp.speed
hint: Add 5 to all scores of a row: log_softmax must not change. Does the maximum stand in both terms of your
    difference?
"""


def log_softmax(x, axis=-1):
    below = x - x.max(axis=axis, keepdims=True)
    return x - np.log(np.exp(below).sum(axis=axis, keepdims=True))
