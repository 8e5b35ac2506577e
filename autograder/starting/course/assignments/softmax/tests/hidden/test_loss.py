"""Hidden tests of `loss`. They run where no student code runs; what they ask is answered from a sandbox."""

import torch

from autograder.checks import compare, criterion, draw, draw_ints, draw_size, vjp


@criterion("loss.values")
def test_values():
    """The mean loss of batches of any size, with any number of classes."""
    B, C = draw_size(2, 9), draw_size(2, 12)
    logits, targets = draw(B, C, scale=3), draw_ints(C, B)
    compare(
        lambda impl: impl.cross_entropy(logits, targets),
        # The expected value comes from elsewhere: a comparison with our own solution cannot see that it is wrong.
        oracle=lambda _: torch.nn.functional.cross_entropy(logits, targets),
    )


@criterion("loss.gradient")
def test_gradient():
    """The gradient with respect to the scores, where the loss counts a drawn number of times."""
    logits, targets, cotangent = draw(6, 5), draw_ints(5, 6), draw()
    compare(lambda impl: vjp(impl.cross_entropy, (logits, targets), cotangent))


@criterion("loss.stable")
def test_large_scores():
    """Scores of some hundreds, of both signs, in float64 and float32."""
    logits, targets = draw(8, 4, scale=100), draw_ints(4, 8)
    logits = logits + torch.tensor([300.0, -300.0]).repeat(4)[:, None]
    compare(lambda impl: impl.cross_entropy(logits, targets))
