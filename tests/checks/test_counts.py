"""Counts of one call: the same on every machine, for the submission and for the reference."""

from __future__ import annotations

import pytest
import torch

from autograder.checks import draw, trace
from autograder.checks.context import current
from autograder.checks.counts import Trace
from autograder.checks.implementation import Implementation


def traced(name: str, *arguments, **options) -> Trace:
    return trace(getattr(Implementation(current().submission), name), *arguments, **options)


def test_operations_by_name(running):
    running()
    found = traced("sincos", draw(4))
    assert found.ops == {"sin": 1, "cos": 1}
    assert (found.matmuls, found.largest) == (0, 4 * 4)


@pytest.mark.parametrize(
    ("body", "matmuls"),
    [
        ("return x @ w", 1),
        ("return torch.nn.functional.linear(x, w, w[0])", 1),
        ("return torch.einsum('ij,jk->ik', x, w)", 1),
        ("return torch.bmm(x[None], w[None])", 1),
        ("return torch.stack([row @ w for row in x])", 4),
        ("return torch.stack([row.dot(row) for row in x])", 4),
        ("return x * w[:1]", 0),
    ],
)
def test_matrix_products_however_they_are_written(running, body, matmuls):
    running(f"def scale(x, w):\n    {body}")
    assert traced("scale", draw(4, 5), draw(5, 5)).matmuls == matmuls


@pytest.mark.parametrize(("length", "steps"), [(8, 8), (16, 16), (32, 32)])
def test_counts_grow_as_the_work_does(running, length, steps):
    """One product a step: the exponent of growth is exact, not measured."""
    running("def scale(x, w):\n    for _ in range(len(x)):\n        x = torch.tanh(x @ w)\n    return x")
    found = traced("scale", draw(length, 3), draw(3, 3))
    assert (found.matmuls, found.ops["tanh"]) == (steps, steps)


@pytest.mark.parametrize(
    ("body", "work"),
    [
        ("return x @ w", 2 * 4 * 5 * 6),
        ("return torch.einsum('ij,jk->ik', x, w)", 2 * 4 * 5 * 6),
        ("return torch.nn.functional.linear(x, w.T)", 2 * 4 * 5 * 6),
        ("return torch.addmm(x @ w, x, w)", 2 * 2 * 4 * 5 * 6),
        ("return torch.bmm(x[None].expand(3, 4, 5), w[None].expand(3, 5, 6))", 3 * 2 * 4 * 5 * 6),
        ("return x.mv(w[:, 0])", 2 * 4 * 5),
        ("return (x[:, :, None] * w[None]).sum(1)", 2 * 4 * 5 * 6),  # a product without one
        ("return torch.nn.functional.scaled_dot_product_attention(*[x[None, None]] * 3)", 4 * 4 * 5 * 4),
        ("return torch.cdist(x, w.T)", None),
        ("return x.exp()", 4 * 5),
        ("return x.sum()", 4 * 5),
        ("return x.T.reshape(2, 10)[0].expand(7, 10)", 4 * 5),  # reshaping copies; views are free
        ("return torch.empty(100, 100)", 0),
        ("return x[torch.tensor([0, 2])]", 2 * 5),  # of a table, what is taken out of it
        ("x[torch.tensor([0])] = w[0, :5]; return x", 5),
    ],
)
def test_arithmetic_however_it_is_written(running, body, work):
    running(f"def scale(x, w):\n    {body}")
    found = traced("scale", draw(4, 5), draw(5, 6)).work
    assert found == work if work is not None else found >= 2 * 4 * 5 * 6


@pytest.mark.parametrize("length", [8, 64])
def test_attention_on_a_cpu_is_not_for_nothing(running, length):
    running("def softmax(x):\n    return torch.nn.functional.scaled_dot_product_attention(x, x, x)")
    assert traced("softmax", draw(2, 3, length, 16)).work == 4 * 2 * 3 * length * length * 16


@pytest.mark.parametrize("length", [16, 32, 64])
def test_the_largest_tensor_in_bytes(running, length):
    running("def softmax(x):\n    return torch.softmax(x[:, None] - x[None], -1).sum(-1)")
    assert traced("softmax", draw(length)).largest == 4 * length**2


def test_a_view_costs_what_it_is_a_view_of(running):
    """Cutting a piece out of a large tensor does not make it small."""
    running("def softmax(x):\n    return torch.zeros(100, 100, dtype=x.dtype)[0, 0]")
    assert traced("softmax", draw(1)).largest == 4 * 100 * 100


def test_a_module_is_traced_where_it_lives(running):
    running()
    impl = Implementation(current().submission)
    found = trace(impl.Affine(3, 2), draw(5, 3))
    assert found.matmuls == 1
    assert trace(impl.Affine(3, 2).forward, x=draw(5, 3)).matmuls == 1


def test_the_result_stays_where_it_is(running):
    """Only counts come back: a call that returns what could not cross is traced all the same."""
    running("def softmax(x):\n    return object(), (x.exp() for _ in x), x.exp()")
    assert traced("softmax", draw(3)).ops["exp"] == 1


def test_the_same_twice(running):
    running()
    x = draw(3, 4)
    assert traced("softmax", x) == traced("softmax", x)
    assert isinstance(traced("softmax", x), Trace)
    assert torch.get_default_dtype() is torch.float32


@pytest.mark.parametrize(
    "wrong",
    [
        {"matmuls": "the input is 3"},
        {"matmuls": 10**15},
        {"matmuls": 1.25},
        {"largest": -1},
        {"ops": {"mm": "3"}},
        {"work": 1.5},
        {"work": 2**60},
    ],
    ids=str,
)
def test_forged_counts_are_no_counts(running, wrong):
    """A test that says how many products were made would say what the submission wants."""
    running()
    implementation = Implementation(current().submission)
    told = {"ops": {"mm": 1}, "matmuls": 1, "largest": 16, "work": 24}
    implementation._request = lambda *_, **__: told | wrong
    with pytest.raises(TypeError, match="counts that are none"):
        trace(implementation.sincos, draw(4))
    implementation._request = lambda *_, **__: told
    assert trace(implementation.sincos, draw(4)) == Trace({"mm": 1}, 1, 16, 24)
