"""compare(): what passes, what fails, and every sentence a student may read."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch

from autograder.checks import compare, draw, vjp
from autograder.checks.error_map import draw_error_map
from autograder.checks.outcome import Decided
from autograder.course.verdict import Verdict

CUT = "cuts the graph (detach, .data, .item(), no_grad)"


def outcome(observe, **options):
    with pytest.raises(Decided) as caught:
        compare(observe, **options)
    return caught.value


def softmax_of(x):
    return lambda impl: {"weights": impl.softmax(x)}


def test_the_reference_passes(running):
    running()
    compare(softmax_of(draw(5, 7)))


def test_a_mistake_that_gives_nan_explains_nothing_else_and_breaks_nothing(running):
    """The mistakes are compared with the submission, too, and theirs may be the NaN."""
    nan = "def softmax(x):\n    return x * float('nan')"
    running("def softmax(x):\n    return torch.softmax(x, dim=-1) + 0.1", mistakes={"nan": nan})
    found = outcome(softmax_of(draw(2, 3)))
    assert found.mistake is None
    assert found.message.startswith("`weights` is off: shape (2, 3) and dtype are right; 6 of 6 values outside")
    running(nan, mistakes={"nan": nan})
    assert outcome(softmax_of(draw(2, 3))).mistake == "nan"


def test_another_way_to_compute_the_same_passes(running):
    running("def softmax(x):\n    e = (x - x.amax(-1, keepdim=True)).exp()\n    return e / e.sum(-1, keepdim=True)")
    compare(softmax_of(draw(50, 70)))


def test_wrong_values_name_the_array_and_never_a_value(running):
    running("def softmax(x):\n    return torch.softmax(x, dim=0)")
    found = outcome(softmax_of(draw(5, 7)))
    assert found.verdict is Verdict.FAIL
    assert found.message.startswith(
        "`weights` is off: shape (5, 7) and dtype are right; 35 of 35 values outside the tolerance, the worst at ["
    )
    assert found.message.endswith("of the largest expected magnitude.")
    assert found.error_map is not None
    assert len(found.error_map.levels) == 5
    assert len(found.error_map.levels[0]) == 7


def test_axes_that_a_test_names_are_used_in_words_and_picture(running):
    """Two results in (batch, unit): one unit too large in each row, and one too small."""
    running("def softmax(x):\n    return torch.softmax(x, dim=-1) + torch.tensor([0.0, 1.0, -1.0]).to(x)")
    x = draw(2, 2, 3)
    found = outcome(lambda impl: {"weights [T,B,H]": impl.softmax(x)})
    assert found.message.startswith("`weights` is off: shape (2, 2, 3) and dtype are right; 8 of 12 values")
    assert re.search(r"the worst at T = [01], B = [01], H = [12] by about 10⁰ of", found.message)
    assert (found.error_map.name, found.error_map.axes) == ("weights", "rows: T × B · columns: H")
    assert found.error_map.levels == ((0, 4, 4),) * 4
    assert found.error_map.signs == (" +−",) * 4
    one_axis_too_few = outcome(lambda impl: {"weights [B,H]": impl.softmax(x)})
    assert one_axis_too_few.error_map.axes == "rows: axis 0 × axis 1 · columns: axis 2"
    any_in_front = outcome(lambda impl: {"weights [...,H,H']": impl.softmax(x)})
    assert any_in_front.message.startswith("`weights` is off: ")
    assert any_in_front.error_map.axes == "rows: axis 0 × H · columns: H'"
    assert re.search(r"the worst at \[[01], [01], [12]\] by", one_axis_too_few.message)


def test_a_folded_cell_has_the_sign_of_its_worst_element():
    expected = torch.zeros(1, 128, dtype=torch.float64)
    actual = expected.clone()
    actual[0, 6], actual[0, 7] = 50.0, -5e3
    drawn = draw_error_map("y", expected, actual, 1.0)
    assert (drawn.levels[0][3], drawn.signs[0][3]) == (3, "−")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("return None", "`weights` is None, where a tensor of shape (5, 7) is expected."),
        ("return [x]", "`weights` is [tensor (5, 7) float64], where a tensor of shape (5, 7) is expected."),
        ("return x.numpy()", "`weights` is a NumPy array (5, 7), where a tensor of shape (5, 7) is expected."),
        ("return 'tensor'", "`weights` is a string, where a tensor of shape (5, 7) is expected."),
        ("return 0.5", "`weights` is a number, where a tensor of shape (5, 7) is expected."),
        ("return (i for i in x)", "`weights` is a generator, where a tensor of shape (5, 7) is expected."),
        ("return x[:4]", "`weights` has shape (4, 7), where (5, 7) is expected."),
        ("return x.sum()", "`weights` has shape (), where (5, 7) is expected."),
        ("return torch.softmax(x, -1).float()", "`weights` is float32, where float64 is expected."),
        ("return x.long()", "`weights` is int64, where float64 is expected."),
        ("return x / 0 * 0", "`weights` is NaN in 35 of 35 values at [0, 0]."),
        ("return x.abs() / 0", "`weights` is infinite in 35 of 35 values at [0, 0]."),
        ("return x.to('meta')", "`weights` is a tensor on the meta device, which holds no data, "
                                "where a tensor of shape (5, 7) is expected."),
        ("return x.to_sparse()", "`weights` is a sparse tensor, where a tensor of shape (5, 7) is expected."),
        ("class T(torch.Tensor): pass\n    return x.as_subclass(T)",
         "`weights` is a subclass of Tensor, where a tensor of shape (5, 7) is expected."),
        ("return torch.zeros(1).expand(2**30)",
         "`weights` is a tensor of more than the 255 MiB that are read, where a tensor of shape (5, 7) is expected."),
    ],
)  # fmt: skip
def test_every_wrong_return_has_its_own_sentence(running, source, message):
    running(f"def softmax(x):\n    {source}")
    found = outcome(softmax_of(draw(5, 7)))
    assert (found.verdict, found.message) == (Verdict.FAIL, message)


def test_a_return_value_that_the_observation_cannot_use(running):
    running("def sincos(x):\n    return None")

    def observe(impl):
        sine, cosine = impl.sincos(x)
        return {"sine": sine, "cosine": cosine}

    x = draw(3)
    assert outcome(observe).message == (
        "`sincos` returned None, where (tensor (3,) float64, tensor (3,) float64) is expected."
    )


def test_a_list_where_a_tuple_is_asked_will_do(running):
    running("def sincos(x):\n    return [torch.sin(x), torch.cos(x)]")
    x = draw(3)
    compare(lambda impl: impl.sincos(x))


def test_too_many_values(running):
    running("def sincos(x):\n    return torch.sin(x), torch.cos(x), x")
    x = draw(3)
    assert outcome(lambda impl: impl.sincos(x)).message == "the result holds 3 values, where 2 are expected."


def test_the_mistake_with_the_same_numbers_explains(running):
    wrong_axis = "def softmax(x):\n    return torch.softmax(x, dim=0)"
    other = "def softmax(x):\n    return torch.softmax(2 * x, dim=-1)"
    running("def softmax(y):\n    e = y.exp()\n    return e / e.sum(0)", {"doubled": other, "wrong_axis": wrong_axis})
    found = outcome(softmax_of(draw(5, 7)))
    assert (found.mistake, found.hint) == ("wrong_axis", "hint of wrong_axis")


def test_no_mistake_explains_a_new_error(running):
    wrong_axis = "def softmax(x):\n    return torch.softmax(x, dim=0)"
    running("def softmax(x):\n    return torch.softmax(x * 1.01, dim=-1)", {"wrong_axis": wrong_axis})
    found = outcome(softmax_of(draw(5, 7)))
    assert (found.mistake, found.hint) == (None, "")


def test_right_in_float64_alone_is_unstable(running):
    running("def scale(x, w):\n    big = 1e6\n    return (x * w + big) - big")
    x, w = draw(5), draw(5)
    found = outcome(lambda impl: impl.scale(x, w))
    assert found.verdict is Verdict.UNSTABLE
    assert found.message.startswith("Right in float64, but not in float32: the result is off: ")


def test_a_silent_drop_to_float32_is_caught_in_float64(running):
    running("def scale(x, w):\n    return (x.float() * w.float()).to(x.dtype)")
    x, w = draw(5), draw(5)
    assert outcome(lambda impl: impl.scale(x, w)).verdict is Verdict.FAIL


def test_gradients_of_inputs_and_parameters(running):
    running("class Affine(Affine):\n    def forward(self, x):\n        return x @ self.weight.detach().T + self.bias")
    x, cotangent = draw(5, 3), draw(5, 4)
    found = outcome(lambda impl: vjp(impl.Affine(3, 4), (x,), cotangent))
    assert found.message == f"No gradient of `weight` arrives: something {CUT}."


def test_an_output_without_a_graph(running):
    running("class Affine(Affine):\n    def forward(self, x):\n        return super().forward(x).detach()")
    x, cotangent = draw(5, 3), draw(5, 4)
    found = outcome(lambda impl: vjp(impl.Affine(3, 4), (x,), cotangent))
    assert (
        found.message
        == "`outputs` does not require grad: the graph is cut on the way " + CUT.removeprefix("cuts the graph ") + "."
    )


def test_a_wrong_gradient_is_named(running):
    running("class Affine(Affine):\n    def forward(self, x):\n        return x @ self.weight.T + 2 * self.bias")
    x, cotangent = draw(5, 3), draw(5, 4)
    found = outcome(lambda impl: vjp(impl.Affine(3, 4), (x,), cotangent))
    assert found.message.startswith("the gradient of `bias` is off: shape (4,) and dtype are right; 4 of 4 values")


def test_another_oracle(running):
    running()
    x, w = draw(5), draw(5)
    compare(lambda impl: impl.scale(x, w), oracle=lambda _: x * w)
    found = outcome(lambda impl: impl.scale(x, w), oracle=lambda _: x + w)
    assert found.verdict is Verdict.FAIL


def test_arguments_of_the_test_are_not_touched_by_the_reference(running):
    running(reference="def scale(x, w):\n    return x.mul_(w)", source="def scale(x, w):\n    return x.mul_(w)")
    x, w = draw(5), draw(5)
    before = x.clone()
    compare(lambda impl: impl.scale(x, w))
    assert torch.equal(x, before)


def test_a_large_array_for_a_number_is_not_copied(monkeypatch):
    """255 MiB of bytes would be 2 GiB as float64."""
    from autograder.checks.comparison import first_problem
    from autograder.checks.tolerance import Tolerance

    large = np.zeros(2**22 + 1, np.uint8)
    before = torch.as_tensor
    kinds = []
    monkeypatch.setattr(
        torch, "as_tensor", lambda *words, **options: kinds.append(options) or before(*words, **options)
    )
    problem = first_problem(3, large, [Tolerance(1.0, 1.0)], torch.float32)
    assert problem.message == "the result is a NumPy array of more than 4 million elements, where a number is expected."
    assert {} in kinds
    assert first_problem(3, np.float64(3), [Tolerance(1.0, 1.0)], torch.float32) is None
