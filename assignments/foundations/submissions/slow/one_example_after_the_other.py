"""The gradient is summed over the examples in a loop.

loses: mlp.speed
hint: x.T @ delta sums the outer products of all examples at once. How many matrix products does your loop make?
"""


def mlp_backward(x, y, params):
    kind = np.result_type(x, *params.values(), np.float32)
    grads = {name: np.zeros(value.shape, dtype=kind) for name, value in params.items()}
    loss = 0
    for row, label in zip(x, y, strict=True):
        h = np.tanh(row @ params["W1"] + params["b1"])
        logs = log_softmax(h @ params["W2"] + params["b2"])
        loss = loss - logs[label] / len(y)
        at_logits = np.exp(logs)
        at_logits[label] -= 1
        at_logits /= len(y)
        at_hidden = params["W2"] @ at_logits * (1 - h * h)
        grads["W1"] += np.outer(row, at_hidden)
        grads["b1"] += at_hidden
        grads["W2"] += np.outer(h, at_logits)
        grads["b2"] += at_logits
    return loss, grads
