"""b1 is not added.

loses: mlp.forward
hint: Set x to 0. On which parameters should the logits still depend?
"""


def mlp_forward(x, params):
    return np.tanh(x @ params["W1"]) @ params["W2"] + params["b2"]
