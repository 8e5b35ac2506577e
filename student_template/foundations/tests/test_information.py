"""Public tests of `information`: numbers on paper, and identities."""

import math

import numpy as np


def distributions(seed, *shape):
    """Random distributions along the last axis, [*shape]."""
    weights = np.exp(np.random.default_rng(seed).normal(size=shape))
    return weights / weights.sum(axis=-1, keepdims=True)


def test_worked_number(impl):
    """p = (½, ½), q = (¾, ¼): ln 2 nats or 1 bit, CE 0.8370, KL 0.1438 there and 0.1308 back."""
    p, q = np.array([0.5, 0.5]), np.array([0.75, 0.25])
    assert abs(impl.entropy(p) - math.log(2)) < 1e-12, "H(½, ½) is ln 2 nats"
    assert abs(impl.entropy(p, base=2) - 1) < 1e-12, "H(½, ½) is 1 bit"
    assert abs(impl.cross_entropy(p, q) - 0.8370) < 1e-4
    assert abs(impl.kl_divergence(p, q) - 0.1438) < 1e-4
    assert abs(impl.kl_divergence(q, p) - 0.1308) < 1e-4


def test_uniform(impl):
    """n equally likely outcomes have entropy ln n."""
    for n in (1, 2, 7, 100):
        assert abs(impl.entropy(np.full(n, 1 / n)) - math.log(n)) < 1e-12


def test_cross_entropy_is_entropy_and_divergence(impl):
    """CE(p, q) = H(p) + KL(p‖q), one number for each distribution of a batch."""
    p, q = distributions(1, 4, 6), distributions(2, 4, 6)
    total = impl.cross_entropy(p, q)
    assert np.shape(total) == (4,), f"four distributions give an array of shape {np.shape(total)}"
    np.testing.assert_allclose(total, impl.entropy(p) + impl.kl_divergence(p, q))


def test_zeros(impl):
    """What never happens adds nothing, and nothing is NaN."""
    p, q = np.array([0.5, 0.5, 0.0]), np.array([0.25, 0.75, 0.0])
    assert abs(impl.entropy(p) - math.log(2)) < 1e-9
    assert abs(impl.cross_entropy(p, q) + (math.log(0.25) + math.log(0.75)) / 2) < 1e-9
    assert abs(impl.kl_divergence(p, q) - impl.kl_divergence(p[:2], q[:2])) < 1e-9
