"""Only the diagonal of the softmax Jacobian is used.

loses: mlp.output_layer, mlp.hidden_layer, mlp.stable, mlp.speed
hint: Raising the logit of one class lowers the probabilities of all the others. Which derivatives at the logits
    are 0 in your code, and should they be?
"""


def mlp_backward(x, y, params):
    h = np.tanh(x @ params["W1"] + params["b1"])
    z = h @ params["W2"] + params["b2"]
    logs = log_softmax(z)
    chosen = np.arange(len(y)), y
    loss = -logs[chosen].mean()
    at_logits = np.zeros_like(logs)
    at_logits[chosen] = np.exp(logs[chosen]) - 1
    at_logits /= len(y)
    at_hidden = at_logits @ params["W2"].T * (1 - h * h)
    return loss, {
        "W1": x.T @ at_hidden,
        "b1": at_hidden.sum(axis=0),
        "W2": h.T @ at_logits,
        "b2": at_logits.sum(axis=0),
    }
