"""Public tests of `softmax`: numbers on paper, and what must hold for any scores."""

import math

import numpy as np


def scores(*shape):
    """Random scores [*shape], float64."""
    return np.random.default_rng(len(shape)).normal(size=shape)


def test_worked_number(impl):
    """The example of the notebook: scores (0, ln 2, ln 3) at temperatures 1 and ½."""
    x = np.array([0.0, math.log(2), math.log(3)])
    np.testing.assert_allclose(impl.softmax(x), np.array([1, 2, 3]) / 6, atol=1e-12)
    cold = impl.softmax(x, temperature=0.5)
    np.testing.assert_allclose(cold, np.array([1, 4, 9]) / 14, atol=1e-12, err_msg="at temperature ½")


def test_every_row_is_a_distribution(impl):
    """Rows of a table, and the last axis of three, sum to 1 and keep their shape."""
    for x in (scores(4, 5), scores(2, 3, 4)):
        p = impl.softmax(x)
        assert p.shape == x.shape, f"shape {p.shape}, the scores have {x.shape}"
        np.testing.assert_allclose(p.sum(axis=-1), 1, err_msg="the sum along the last axis is not 1")
        assert (p > 0).all()


def test_logarithm(impl):
    """log_softmax is the logarithm of softmax, for ordinary scores."""
    x = scores(4, 5)
    np.testing.assert_allclose(impl.log_softmax(x), np.log(impl.softmax(x)))


def test_large_scores(impl):
    """Scores of 1000 in one row: the probabilities and their logarithms are finite and right."""
    x = np.array([1000.0, 1000.0, 0.0])
    np.testing.assert_allclose(impl.softmax(x), [0.5, 0.5, 0], atol=1e-12)
    half = -math.log(2)
    np.testing.assert_allclose(impl.log_softmax(x), [half, half, half - 1000])


def test_inputs_stay_and_dtype_too(impl):
    """x is the same after the call, and float32 gives float32."""
    x = scores(3, 4).astype(np.float32)
    before = x.copy()
    p = impl.softmax(x)
    assert np.array_equal(x, before), "x was changed"
    assert p.dtype == np.float32, f"float32 in, softmax gives {p.dtype}"
