"""The label of the next class is used.

loses: mlp.loss, mlp.output_layer, mlp.hidden_layer, mlp.stable, mlp.speed
hint: Labels are 0 … C - 1. Which column do you take for label 0?
"""


def mlp_backward(x, y, params):
    h = np.tanh(x @ params["W1"] + params["b1"])
    z = h @ params["W2"] + params["b2"]
    logs = log_softmax(z)
    chosen = np.arange(len(y)), (y + 1) % logs.shape[1]
    loss = -logs[chosen].mean()
    at_logits = np.exp(logs)
    at_logits[chosen] -= 1
    at_logits /= len(y)
    at_hidden = at_logits @ params["W2"].T * (1 - h * h)
    return loss, {
        "W1": x.T @ at_hidden,
        "b1": at_hidden.sum(axis=0),
        "W2": h.T @ at_logits,
        "b2": at_logits.sum(axis=0),
    }
