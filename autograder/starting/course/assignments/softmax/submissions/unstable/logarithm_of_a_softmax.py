"""Exponentials of the scores themselves, which overflow in float32 from 89 on and in float64 from 710 on.

loses: loss.stable
verdict: UNSTABLE
hint: What is exp(100) in float32? Subtract something from the scores first.
"""


def cross_entropy(logits, targets):
    exponentials = logits.exp()
    probabilities = exponentials / exponentials.sum(dim=1, keepdim=True)
    return -probabilities.gather(1, targets[:, None]).log().mean()
