"""The values are right, but half of the gradient is missing.

loses: loss.gradient
hint: Which part of your loss does not let the gradient through? Look for detach, item, no_grad and torch.tensor.
"""


def cross_entropy(logits, targets):
    with torch.no_grad():
        normaliser = logits.logsumexp(dim=1)
    return (normaliser - logits.gather(1, targets[:, None]).squeeze(1)).mean()
