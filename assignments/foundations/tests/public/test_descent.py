"""Public tests of `descent`: on f = x², where every place is known."""

import numpy as np


def slope(x):
    """Gradient of Σ x²."""
    return 2 * x


def test_worked_number(impl):
    """From 1 with lr = 0.1: 1, 0.8, 0.64, 0.512."""
    places = impl.gradient_descent(slope, np.array([1.0]), 0.1, 3)
    assert places.shape == (4, 1), f"three steps visit four places; yours have shape {places.shape}"
    np.testing.assert_allclose(places[:, 0], [1, 0.8, 0.64, 0.512])


def test_factor(impl):
    """Every step multiplies by 1 − 2·lr, also when that is negative or beyond −1."""
    for lr in (0.3, 0.8, 1.2):
        places = impl.gradient_descent(slope, np.array([3.0, -2.0]), lr, 5)
        np.testing.assert_allclose(places[1:], (1 - 2 * lr) * places[:-1], err_msg=f"lr = {lr}")
