"""Public tests of `attention`: the worked number, shapes, and what must hold for any sequences."""

import math

import numpy as np


def sequences(*front, queries=3, keys=5, dk=4, dv=2):
    """q [..., Lq, dk], k [..., Lk, dk], v [..., Lk, dv]."""
    chance = np.random.default_rng(len(front))
    shapes = ((*front, queries, dk), (*front, keys, dk), (*front, keys, dv))
    return tuple(chance.normal(size=shape) for shape in shapes)


def test_worked_number(impl):
    """Weights (¾, ¼) and output (¾, ¼)."""
    k = np.array([[math.log(3), 0, 0, 0], [0, 0, 0, 0]])
    output, weights = impl.attention(np.array([[2.0, 0, 0, 0]]), k, np.array([[1.0, 0], [0, 1]]))
    np.testing.assert_allclose(weights, [[0.75, 0.25]])
    np.testing.assert_allclose(output, [[0.75, 0.25]])


def test_shapes_and_sums(impl):
    """output [..., Lq, dv] and weights [..., Lq, Lk], whose rows sum to 1."""
    for front in ((), (2,)):
        output, weights = impl.attention(*sequences(*front))
        assert output.shape == (*front, 3, 2), f"the output has shape {output.shape}"
        assert weights.shape == (*front, 3, 5), f"the weights have shape {weights.shape}"
        np.testing.assert_allclose(weights.sum(axis=-1), 1)


def test_output_is_a_mean_of_the_values(impl):
    """weights @ v, and for values that are all the same, that value."""
    q, k, v = sequences(2)
    output, weights = impl.attention(q, k, v)
    np.testing.assert_allclose(output, weights @ v)
    np.testing.assert_allclose(impl.attention(q, k, np.ones_like(v))[0], 1)
