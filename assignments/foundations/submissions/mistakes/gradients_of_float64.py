"""Gradients are float64 whatever comes in.

loses: mlp.arrays
hint: Print the dtype of each gradient for float32 inputs. What does np.eye(C) hold unless you name a dtype?
"""


def mlp_backward(x, y, params):
    h = np.tanh(x @ params["W1"] + params["b1"])
    z = h @ params["W2"] + params["b2"]
    logs = log_softmax(z)
    chosen = np.arange(len(y)), y
    loss = -logs[chosen].mean()
    at_logits = np.exp(logs)
    at_logits = at_logits - np.eye(logs.shape[1])[y]
    at_logits /= len(y)
    at_hidden = at_logits @ params["W2"].T * (1 - h * h)
    return loss, {
        "W1": x.T @ at_hidden,
        "b1": at_hidden.sum(axis=0),
        "W2": h.T @ at_logits,
        "b2": at_logits.sum(axis=0),
    }
