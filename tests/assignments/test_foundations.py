"""Numbers of the assignment `foundations`, checked without its reference."""

from __future__ import annotations

import importlib.util
import re
import types
from pathlib import Path

import numpy as np
import pytest

COURSE = Path(__file__).parents[2]
SLUG = "foundations"


@pytest.fixture(scope="module")
def solution() -> types.ModuleType:
    return module_from(COURSE / "solutions" / SLUG / f"{SLUG}.py")


def worked(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+\.\d+", text)]


def test_worked_numbers_of_the_notebook(solution):
    """What the notebook computes by hand is what the answer key computes."""
    p, q = np.array([0.5, 0.5]), np.array([0.75, 0.25])
    values = [
        solution.entropy(p), solution.cross_entropy(p, q), solution.kl_divergence(p, q), solution.kl_divergence(q, p)
    ]  # fmt: skip
    assert np.round(values, 4).tolist() == worked("0.6931, 0.8370, 0.1438, 0.1308")
    table = np.array([[1.0, 0], [1, 1], [3, 0], [2, 1], [-1, 2]])
    cosines = solution.cosine_similarity(table, np.array([3.0, 1.0]))
    assert np.round(cosines, 3).tolist() == worked("0.949, 0.894, 0.949, 0.990, -0.141")
    params = {"W1": np.array([[0.5]]), "b1": np.zeros(1), "W2": np.array([[1.0, -1.0]]), "b2": np.zeros(2)}
    loss, grads = solution.mlp_backward(np.array([[1.0]]), np.array([0]), params)
    found = [loss, *grads["b2"], *grads["W2"][0], grads["W1"][0, 0], grads["b1"][0]]
    assert np.round(found, 4).tolist() == worked("0.3342 -0.2841 0.2841 -0.1313 0.1313 -0.4469 -0.4469")


def test_gradients_are_complex_steps(solution):
    """The reference's gradients, checked without it and without torch."""
    tests = module_from(COURSE / "assignments" / SLUG / "tests" / "public" / "test_mlp.py")
    x, y, params = tests.network(6, 4, 5, 3)
    _, grads = solution.mlp_backward(x, y, params)
    for name, expected in tests.complex_steps(x, y, params).items():
        np.testing.assert_allclose(grads[name], expected, rtol=1e-10, atol=1e-14)


def module_from(path: Path) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(f"{SLUG}_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
