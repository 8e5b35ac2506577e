"""b2 is not added.

loses: mlp.forward
hint: Set W2 to 0. What should the logits be then?
"""


def mlp_forward(x, params):
    return np.tanh(x @ params["W1"] + params["b1"]) @ params["W2"]
