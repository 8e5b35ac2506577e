"""Assignments whose functions work on NumPy arrays: tests hold tensors, the other side sees arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import torch

from autograder.checks import close, compare, draw, draw_ints, dtype_kept, observed, unchanged
from autograder.checks.context import Context, enter, leave
from autograder.checks.outcome import Decided
from autograder.course.verdict import Verdict

from .conftest import peer

REFERENCE = """
import numpy as np

def total(x, axis=-1):
    return x.sum(axis=axis)

def twice(x):
    return x * 2

def is_packed(x):
    return bool(x.flags.c_contiguous)

def apply(function, x):
    return {"result": function(x), "kind": type(x).__name__}
"""


@pytest.fixture
def in_numpy() -> Iterator[Callable[..., None]]:
    """in_numpy(source): a test of a NumPy assignment runs on a submission that differs from REFERENCE so."""
    entered = []

    def run(source: str = "") -> None:
        here, there = peer(REFERENCE), peer(REFERENCE + source)
        draws = torch.Generator().manual_seed(0)
        enter(Context("test_x", "q.values", there, here, (), draws, arrays="numpy"))
        entered.append(there)

    yield run
    for _ in entered:
        leave()


def outcome(check, *arguments, **options):
    with pytest.raises(Decided) as caught:
        check(*arguments, **options)
    return caught.value


def test_the_other_side_sees_arrays_and_the_test_tensors(in_numpy):
    in_numpy()
    found = observed(lambda impl: impl.apply(impl.twice, draw(2, 3)), "float64")
    assert found["kind"] == "ndarray"
    assert type(found["result"]) is torch.Tensor
    assert found["result"].dtype is torch.float64


def test_equal_values_pass_and_others_do_not(in_numpy):
    in_numpy("def twice(x):\n    return 2.1 * x\n")
    x = draw(3, 4)
    compare(lambda impl: impl.total(x))
    found = outcome(compare, lambda impl: {"y [B,d]": impl.twice(x)})
    assert found.verdict is Verdict.FAIL
    assert found.message.startswith("`y` is off: shape (3, 4) and dtype are right; ")


def test_strided_tensors_arrive_as_strided_arrays(in_numpy):
    in_numpy()
    packed = draw(4, 6)
    assert observed(lambda impl: impl.is_packed(packed)) is True
    assert observed(lambda impl: impl.is_packed(packed.T)) is False


@pytest.mark.parametrize("body", ["x.sum(axis=axis)", "float(x.sum(axis=axis))", "np.array(x.sum(axis=axis))"])
def test_numbers_scalars_and_arrays_without_axes_are_the_same(in_numpy, body):
    in_numpy(f"def total(x, axis=-1):\n    return {body} if x.ndim == 1 else x.sum(axis=axis)\n")
    x = draw(5)
    compare(lambda impl: impl.total(x))
    compare(lambda impl: impl.total(x), oracle=lambda _: x.sum())


def test_an_array_with_axes_is_no_number(in_numpy):
    in_numpy("def total(x, axis=-1):\n    return x\n")
    x = draw(5)
    assert outcome(compare, lambda impl: impl.total(x)).message == (
        "the result is array (5,) float64, where a number is expected."
    )


def test_another_dtype_is_the_business_of_dtype_kept_alone(in_numpy):
    """NumPy has no default dtype that could be moved to the observation's."""
    in_numpy("def twice(x):\n    return x * np.float64(2)\n")
    x = draw(3, 4)
    compare(lambda impl: impl.twice(x))
    found = outcome(dtype_kept, lambda impl: impl.twice(x), ("float32", "float64"))
    assert found.message == "float32 inputs give a float64 result: make new arrays with the dtype of your inputs."
    assert found.hint == "Which array do you create without saying its dtype? np.zeros_like(x, …) takes it from x."


def test_an_argument_that_is_changed(in_numpy):
    in_numpy("def twice(x):\n    x *= 2\n    return x\n")
    x = draw(3)
    unchanged(lambda impl: impl.total(x))
    found = outcome(unchanged, lambda impl: impl.twice(x))
    assert found.message == "`twice` changes its argument 0 in place: the caller's array is another one afterwards."
    assert found.hint == "Which of your lines writes into an array it was given (+=, out=, x[...] = …)?"


def test_an_array_without_axes_among_the_arguments_is_not_taken_for_changed(in_numpy):
    in_numpy()
    unchanged(lambda impl: impl.twice(draw(1)[0]))


def test_a_tensor_of_torch_is_not_an_array(in_numpy):
    in_numpy("import torch\ndef twice(x):\n    return torch.from_numpy(x) * 2\n")
    x = draw(3)
    assert outcome(compare, lambda impl: impl.twice(x)).message == (
        "the result is a tensor of torch, where an array of shape (3,) is expected."
    )


def test_arrays_that_hold_no_numbers(in_numpy):
    in_numpy("def twice(x):\n    return np.array([None] * 3)\n")
    x = draw(3)
    assert outcome(compare, lambda impl: impl.twice(x)).message == (
        "the result is a NumPy array (3,), where an array of shape (3,) is expected."
    )


def test_structures_are_told_as_arrays(in_numpy):
    in_numpy("def twice(x):\n    return x, x\n")
    x = draw(3)
    assert outcome(compare, lambda impl: impl.twice(x)).message == (
        "the result is (array (3,) float64, array (3,) float64), where an array of shape (3,) is expected."
    )


def test_whole_numbers_arrive_as_such(in_numpy):
    in_numpy()
    x = draw_ints(5, 4)
    found = observed(lambda impl: impl.twice(x))
    assert found.dtype is torch.int64
    close(found, 2 * x, "twice", 0)
