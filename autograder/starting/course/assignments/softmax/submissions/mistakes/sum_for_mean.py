"""The losses of a batch are added up.

loses: loss.values, loss.gradient, loss.stable
hint: Give your loss the same example twice. Should the loss double?
"""


def cross_entropy(logits, targets):
    right = logits.gather(1, targets[:, None]).squeeze(1)
    return (logits.logsumexp(dim=1) - right).sum()
