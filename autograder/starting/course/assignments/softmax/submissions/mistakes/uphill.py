"""The gradient is added.

loses: step.values
hint: The gradient points to where the loss grows. Where does your step lead?
"""


def step(W, b, x, targets, rate):
    delta = torch.softmax(x @ W.T + b, dim=1) - torch.nn.functional.one_hot(targets, len(b))
    return W + rate * delta.T @ x / len(x), b + rate * delta.mean(dim=0)
