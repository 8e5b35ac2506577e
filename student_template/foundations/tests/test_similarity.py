"""Public tests of `similarity`: numbers on paper and small tables."""

import numpy as np

TABLE = np.array([[1.0, 0.0], [1.0, 1.0], [3.0, 0.0], [2.0, 1.0], [-1.0, 2.0]])


def test_worked_number(impl):
    """(3, 4) and (4, 3): 0.96, however long the vectors are."""
    a, b = np.array([3.0, 4.0]), np.array([4.0, 3.0])
    assert abs(impl.cosine_similarity(a, b) - 0.96) < 1e-12
    assert abs(impl.cosine_similarity(7 * a, 0.2 * b) - 0.96) < 1e-12
    assert abs(impl.cosine_similarity(a, -b) + 0.96) < 1e-12


def test_batches(impl):
    """One cosine a row; with axes of size 1 all pairs."""
    a, b = np.random.default_rng(0).normal(size=(2, 5, 3))
    rows = impl.cosine_similarity(a, b)
    assert rows.shape == (5,), f"five pairs give an array of shape {rows.shape}"
    for row in range(5):
        assert abs(rows[row] - a[row] @ b[row] / np.linalg.norm(a[row]) / np.linalg.norm(b[row])) < 1e-12
    pairs = impl.cosine_similarity(a[:, None], b[None, :])
    assert pairs.shape == (5, 5)
    np.testing.assert_allclose(np.diag(pairs), rows)


def test_zero_vector(impl):
    """A zero vector has cosine 0; the row beside it keeps its own."""
    a = np.array([[0.0, 0.0], [1.0, 1.0]])
    np.testing.assert_allclose(impl.cosine_similarity(a, np.array([[1.0, 2.0], [1.0, 1.0]])), [0, 1], atol=1e-12)


def test_worked_analogy(impl):
    """0 is to 1 as 2 is to 3."""
    assert impl.analogy(0, 1, 2, TABLE) == 3


def test_words_of_the_question_are_left_out(impl):
    """0 is to 1 as 3 is to ?: the target (2, 2) points where row 1 does; without the three, row 2 is the best."""
    assert impl.analogy(0, 1, 3, TABLE) == 2
