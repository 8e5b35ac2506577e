"""One-hot targets and a subtracted maximum in the loss; the step by torch's autograd."""


def cross_entropy(logits, targets):
    below = logits - logits.max(dim=1, keepdim=True).values
    logs = below - below.exp().sum(dim=1, keepdim=True).log()
    right = torch.nn.functional.one_hot(targets, logits.shape[1]).to(logits)
    return -(logs * right).sum() / len(logits)


def step(W, b, x, targets, rate):
    W, b = W.detach().requires_grad_(), b.detach().requires_grad_()
    loss = cross_entropy(x @ W.T + b, targets)
    dW, db = torch.autograd.grad(loss, (W, b))
    return (W - rate * dW).detach(), (b - rate * db).detach()
