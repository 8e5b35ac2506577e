"""The loss is the logarithm of probabilities that may be rounded to 0.

loses: mlp.stable
hint: When the right class is 200 below another, what is its probability in float32, and what is the logarithm
    of that? You have a function that gives the logarithm in one step.
"""


def mlp_backward(x, y, params):
    h = np.tanh(x @ params["W1"] + params["b1"])
    z = h @ params["W2"] + params["b2"]
    probabilities = softmax(z)
    chosen = np.arange(len(y)), y
    loss = -np.log(probabilities[chosen]).mean()
    at_logits = probabilities.copy()
    at_logits[chosen] -= 1
    at_logits /= len(y)
    at_hidden = at_logits @ params["W2"].T * (1 - h * h)
    return loss, {
        "W1": x.T @ at_hidden,
        "b1": at_hidden.sum(axis=0),
        "W2": h.T @ at_logits,
        "b2": at_logits.sum(axis=0),
    }
