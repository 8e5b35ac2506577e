"""mlp_forward returns the logits and the hidden layer.

loses: mlp.forward, mlp.arrays
hint: The notebook asks for the logits and nothing else. What does your return statement hold?
"""


def mlp_forward(x, params):
    h = np.tanh(x @ params["W1"] + params["b1"])
    return h @ params["W2"] + params["b2"], h
