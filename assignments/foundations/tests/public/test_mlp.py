"""Public tests of `mlp`: the worked number, and gradients by complex steps, which have no difference in them."""

import math

import numpy as np


def network(B, I, H, C):  # axes as in the notebook
    """x [B,I], labels y [B], and random parameters."""
    chance = np.random.default_rng(100 * B + H)
    shapes = {"W1": (I, H), "b1": (H,), "W2": (H, C), "b2": (C,)}
    params = {name: chance.normal(size=shape) for name, shape in shapes.items()}
    return chance.normal(size=(B, I)), chance.integers(C, size=B), params


def loss_of(x, y, params):
    """The loss, for real and complex parameters alike; for logits of ordinary size."""
    hidden = np.tanh(params["b1"] + np.dot(x, params["W1"]))
    z = params["b2"] + np.dot(hidden, params["W2"])
    return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]).mean()


def complex_steps(x, y, params):
    """Im L(w + 10⁻³⁰ i) / 10⁻³⁰ for every number w of every parameter."""
    grads = {}
    for name, value in params.items():
        grads[name] = np.empty(value.shape)
        for index in np.ndindex(*value.shape):
            moved = value.astype(complex)
            moved[index] += 1e-30j
            grads[name][index] = loss_of(x, y, {**params, name: moved}).imag / 1e-30
    return grads


def test_worked_number(impl):
    """B = I = H = 1, C = 2: the loss is 0.3342, and all gradients are in the notebook."""
    params = {"W1": np.array([[0.5]]), "b1": np.zeros(1), "W2": np.array([[1.0, -1.0]]), "b2": np.zeros(2)}
    loss, grads = impl.mlp_backward(np.array([[1.0]]), np.array([0]), params)
    assert abs(loss - 0.3342) < 1e-4, f"the loss is {loss:.4f}, by hand it is 0.3342"
    expected = {"b2": [-0.2841, 0.2841], "W2": [[-0.1313, 0.1313]], "W1": [[-0.4469]], "b1": [-0.4469]}
    for name, value in expected.items():
        np.testing.assert_allclose(grads[name], value, atol=1e-4, err_msg=name)


def test_loss_is_a_mean(impl):
    """With all parameters zero the loss is ln C, for a batch of one and of six."""
    for B in (1, 6):
        x, y, params = network(B, 3, 4, 5)
        loss, _ = impl.mlp_backward(x, y, {name: 0 * value for name, value in params.items()})
        assert abs(loss - math.log(5)) < 1e-12, f"the loss is {loss}, ln 5 is {math.log(5)}"


def test_gradients(impl):
    """All four gradients have the shapes of their parameters; those of the matrices agree with complex steps."""
    x, y, params = network(5, 3, 4, 3)
    _, grads = impl.mlp_backward(x, y, params)
    expected = complex_steps(x, y, params)
    for name, value in params.items():
        assert grads[name].shape == value.shape, f"the gradient of {name} has shape {grads[name].shape}"
    for name in ("W1", "W2"):
        np.testing.assert_allclose(grads[name], expected[name], atol=1e-6, err_msg=f"gradient of {name}")
