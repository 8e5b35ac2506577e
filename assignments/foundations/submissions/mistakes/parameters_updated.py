"""A step of descent is taken in the parameters themselves.

loses: mlp.arrays
hint: mlp_backward tells the gradient; who takes the step? Print params["b2"] before and after.
"""


def mlp_backward(x, y, params):
    h = np.tanh(x @ params["W1"] + params["b1"])
    z = h @ params["W2"] + params["b2"]
    logs = log_softmax(z)
    chosen = np.arange(len(y)), y
    loss = -logs[chosen].mean()
    at_logits = np.exp(logs)
    at_logits[chosen] -= 1
    at_logits /= len(y)
    at_hidden = at_logits @ params["W2"].T * (1 - h * h)
    grads = {
        "W1": x.T @ at_hidden,
        "b1": at_hidden.sum(axis=0),
        "W2": h.T @ at_logits,
        "b2": at_logits.sum(axis=0),
    }
    for name, value in params.items():
        if value.dtype.kind == "f":
            value -= 0.1 * grads[name]
    return loss, grads
