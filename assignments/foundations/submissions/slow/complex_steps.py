"""The gradient is exact, by a complex step for every parameter.

loses: mlp.speed
hint: It is exact, and it takes as many forward passes as there are parameters. The chain rule takes one.
"""


def _loss(x, y, params):
    z = np.tanh(x @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]
    z = z - z.real.max(axis=1, keepdims=True)
    return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]).mean()


def mlp_backward(x, y, params):
    wide = {name: value.astype(np.complex128) for name, value in params.items()}
    wide_x, grads, loss = x.astype(np.float64), {}, 0.0
    for name, value in wide.items():
        gradient = np.zeros(value.shape)
        for index in np.ndindex(*value.shape):
            value[index] += 1e-30j
            shifted = _loss(wide_x, y, wide)
            gradient[index], loss = shifted.imag / 1e-30, shifted.real
            value[index] = value[index].real
        grads[name] = gradient.astype(np.result_type(params[name], x, np.float32))
    return loss, grads
