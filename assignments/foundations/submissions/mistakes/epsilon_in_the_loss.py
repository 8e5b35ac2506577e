"""The loss is -ln(p + 1e-10).

loses: mlp.loss, mlp.stable, mlp.speed
hint: What is the largest loss that your function can return for one example? What should it be when the right
    class is 200 below the others?
"""


def mlp_backward(x, y, params):
    h = np.tanh(x @ params["W1"] + params["b1"])
    z = h @ params["W2"] + params["b2"]
    logs = log_softmax(z)
    chosen = np.arange(len(y)), y
    loss = -np.log(np.exp(logs[chosen]) + 1e-10).mean()
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
