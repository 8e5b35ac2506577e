"""The caller's weights are changed in place.

loses: step.inputs
hint: Print W before and after a call of step. Whose tensor does `-=` change?
"""


def step(W, b, x, targets, rate):
    delta = torch.softmax(x @ W.T + b, dim=1) - torch.nn.functional.one_hot(targets, len(b))
    W -= rate * delta.T @ x / len(x)
    b -= rate * delta.mean(dim=0)
    return W, b
