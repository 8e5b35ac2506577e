"""`Affine`: values and gradients, with parameters that are not those of the start."""

from autograder.checks import compare, criterion, draw, vjp


def scaled(impl, weight, bias):
    """An Affine(5) with the given parameters."""
    module = impl.Affine(5)
    module.load_state_dict({"weight": weight, "bias": bias})
    return module


@criterion("affine.values")
def test_values():
    """x·weight + bias, column by column."""
    x, weight, bias = draw(6, 5), draw(5), draw(5)
    compare(lambda impl: scaled(impl, weight, bias)(x))


@criterion("affine.gradients")
def test_gradients():
    """Gradients of x, weight and bias under a random cotangent."""
    x, weight, bias, cotangent = draw(6, 5), draw(5), draw(5), draw(6, 5)
    compare(lambda impl: vjp(scaled(impl, weight, bias), (x,), cotangent))
