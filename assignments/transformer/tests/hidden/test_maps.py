"""The diversity of heads. Attention maps stand in test_transformer.py, with the model that they are of."""

import torch

from autograder.checks import compare, criterion, draw, observed, require, vjp


def diversity(outputs):
    """Over all ordered pairs, one after the other."""
    pairs = [(n, m) for n in range(len(outputs)) for m in range(len(outputs)) if n != m]
    return sum(((outputs[n] - outputs[m]) ** 2).sum().sqrt() for n, m in pairs)


@criterion("maps.diversity")
def test_diversity():
    """Four heads, two heads; and heads that are equal."""
    cases = [draw(4, 3, 5), draw(2, 1, 7)]
    compare(
        lambda impl: [impl.head_diversity(x) for x in cases],
        oracle=lambda _: [diversity(x) for x in cases],
    )
    equal = observed(lambda impl: impl.head_diversity(torch.ones(3, 2, 2, dtype=torch.float64)))
    require(float(equal) < 1e-4, "Heads that are equal have a diversity above 0.")


@criterion("maps.diversity")
def test_heads_that_share_a_large_part():
    """Heads that differ by 1 and share a part of 1000: float32 loses no more than it must."""
    outputs = draw(3, 2, 4) + 1000 * draw(2, 4)
    compare(lambda impl: impl.head_diversity(outputs), oracle=lambda _: diversity(outputs))


@criterion("maps.diversity")
def test_gradient_of_diversity():
    """The gradient for a few different heads is right, and finite."""
    x = draw(3, 2, 4)

    def oracle(_):
        given = x.clone().requires_grad_()
        return {"gradient of outputs": torch.autograd.grad(diversity(given), given)[0]}

    def observe(impl):
        cotangent = torch.ones((), dtype=torch.float64)
        return {"gradient of outputs": vjp(impl.head_diversity, (x,), cotangent)["inputs"][0]}

    compare(observe, oracle=oracle)
