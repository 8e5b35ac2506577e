"""Hidden tests of `step`."""

import torch

from autograder.checks import compare, criterion, draw, draw_ints, unchanged


@criterion("step.values")
def test_values():
    """New weights after one step, for a batch and three classes."""
    W, b, x, targets = draw(3, 4), draw(3), draw(7, 4), draw_ints(3, 7)
    compare(lambda impl: impl.step(W, b, x, targets, 0.7))


@criterion("step.values")
def test_autograd_takes_the_same_step():
    """The step is the one that torch's autograd finds for the mean cross-entropy."""
    W, b, x, targets = draw(5, 2), draw(5), draw(6, 2), draw_ints(5, 6)

    def by_autograd(_):
        weights = [W.clone().requires_grad_(), b.clone().requires_grad_()]
        loss = torch.nn.functional.cross_entropy(x @ weights[0].T + weights[1], targets)
        gradients = torch.autograd.grad(loss, weights)
        return tuple((w - 0.3 * g).detach() for w, g in zip(weights, gradients, strict=True))

    compare(lambda impl: impl.step(W, b, x, targets, 0.3), oracle=by_autograd)


@criterion("step.inputs")
def test_arguments_are_left_alone():
    """W, b, x and the targets hold their values after the call."""
    W, b, x, targets = draw(3, 4), draw(3), draw(7, 4), draw_ints(3, 7)
    unchanged(lambda impl: impl.step(W, b, x, targets, 0.5))
