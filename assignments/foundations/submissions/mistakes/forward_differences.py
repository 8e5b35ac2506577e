"""The gradient is a forward difference in float64.

loses: mlp.output_layer, mlp.hidden_layer, mlp.stable, mlp.speed
hint: How many digits does (L(w + s) - L(w))/s have at best, and how many forward passes does it take? The chain
    rule needs one.
"""


def _loss(x, y, params):
    logs = log_softmax(np.tanh(x @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"])
    return -logs[np.arange(len(y)), y].mean()


def mlp_backward(x, y, params):
    wide = {name: value.astype(np.float64) for name, value in params.items()}
    wide_x, step = x.astype(np.float64), 1e-6
    loss, grads = _loss(wide_x, y, wide), {}
    for name, value in wide.items():
        gradient = np.zeros_like(value)
        for index in np.ndindex(*value.shape):
            kept = value[index]
            value[index] = kept + step
            gradient[index] = (_loss(wide_x, y, wide) - loss) / step
            value[index] = kept
        grads[name] = gradient.astype(np.result_type(params[name], np.float32))
    return loss, grads
