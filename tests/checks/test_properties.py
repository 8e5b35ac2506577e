"""Properties: what holds, what does not, and the sentence a student reads then."""

from __future__ import annotations

import pytest
import torch

from autograder.checks import (
    close,
    credit,
    draw,
    draw_ints,
    dtype_kept,
    finite_under,
    no_global_chance,
    poison,
    repeatable,
    require,
    take,
    unchanged,
    vjp,
)
from autograder.checks.outcome import Decided
from autograder.course.verdict import Verdict


def told(check, *arguments, **options) -> Decided:
    """How the check ends when it does not hold."""
    with pytest.raises(Decided) as caught:
        check(*arguments, **options)
    return caught.value


def sentence(check, *arguments, **options) -> str:
    found = told(check, *arguments, **options)
    assert found.verdict is Verdict.FAIL
    return found.message


# --- require and close


def test_require(running):
    running()
    require(True, "Never told.")
    found = told(require, False, "The first state is not zero.")
    assert (found.verdict, found.message, found.hint, found.mistake) == (
        Verdict.FAIL,
        "The first state is not zero.",
        "",
        None,
    )


def test_require_names_the_mistake_with_the_same_numbers(running):
    wrong = "def softmax(x):\n    return torch.softmax(x, dim=0)"
    running(wrong, {"other": "def softmax(x):\n    return x", "wrong_axis": wrong})
    x = draw(5, 7)
    found = told(require, False, "The rows do not sum to 1.", explain=lambda impl: impl.softmax(x))
    assert (found.message, found.mistake, found.hint) == (
        "The rows do not sum to 1.",
        "wrong_axis",
        "hint of wrong_axis",
    )


def test_require_explains_nothing_when_no_mistake_does_the_same(running):
    running("def softmax(x):\n    return x", {"wrong_axis": "def softmax(x):\n    return torch.softmax(x, dim=0)"})
    x = draw(5, 7)
    found = told(require, False, "The rows do not sum to 1.", explain=lambda impl: impl.softmax(x))
    assert (found.mistake, found.hint) == (None, "")


@pytest.mark.parametrize(
    ("actual", "holds"),
    [
        ([1.0, 2.0], True),
        ([1.0, 2.0 + 1e-6], True),
        ([1.0, 2.0 + 3e-6], False),
        ([1.0 + 1e-6, 2.0], True),  # relative to the largest, not to each
        ([1.0, float("nan")], False),
        ([1.0, float("inf")], False),
        ([1.0], False),
        ([[1.0, 2.0]], False),
    ],
)
def test_close(running, actual, holds):
    running()
    arguments = (torch.tensor(actual, dtype=torch.float64), torch.tensor([1.0, 2.0], dtype=torch.float64))
    if holds:
        close(*arguments, "That doubling doubles")
    else:
        assert sentence(close, *arguments, "That doubling doubles") == "That doubling doubles does not hold."


def test_close_takes_structures_and_mixed_dtypes(running):
    running()
    pair = {"a": torch.ones(2), "b": (torch.zeros(0), torch.tensor([3]))}
    close(pair, {"a": torch.ones(2).double(), "b": (torch.zeros(0), torch.tensor([3]))}, "It")
    other = {"a": torch.ones(2), "b": (torch.zeros(0), torch.tensor([4]))}
    assert sentence(close, pair, other, "It", rtol=0.1) == "It does not hold."
    close(pair, other, "It", rtol=0.5)


def test_a_zero_that_is_expected_is_met_exactly(running):
    running()
    assert sentence(close, torch.tensor([1e-30]), torch.tensor([0.0]), "It") == "It does not hold."


# --- unchanged


def test_unchanged(running):
    running()
    x, w = draw(5), draw(5)
    unchanged(lambda impl: impl.scale(x, w))
    unchanged(lambda impl: impl.Affine(5, 2)(draw(3, 5)))


@pytest.mark.parametrize(
    ("body", "position"),
    [
        ("x *= w; return x", "0"),
        ("w.zero_(); return x * w", "1"),
        ("y = x.view(-1); y[0] = 7; return x * w", "0"),
        ("x.add_(1).sub_(1 - 1e-3); return x * w", "0"),
    ],
)
def test_an_argument_written_into(running, body, position):
    running(f"def scale(x, w):\n    {body}")
    x, w = draw(5), draw(5)
    found = told(unchanged, lambda impl: impl.scale(x, w))
    assert (found.verdict, found.message) == (
        Verdict.FAIL,
        f"`scale` changes its argument {position} in place: the caller's tensor is another one afterwards.",
    )
    assert found.hint == "Which of your lines writes into a tensor it was given (+=, mul_, x[...] = …)?"


def test_an_argument_inside_a_tuple_and_one_by_name(running):
    pair = "def scale(x, w):\n    return x[1] * w"
    running("def scale(x, w):\n    x[1].mul_(w); return x[1]", reference=pair)
    x, w = (draw(5), draw(5)), draw(5)
    assert sentence(unchanged, lambda impl: impl.scale(x, w)).startswith("`scale` changes its argument 0.1 in place:")
    assert sentence(unchanged, lambda impl: impl.scale(x=x, w=w)).startswith("`scale` changes its argument x.1 in")


def test_an_argument_that_holds_nan_and_stays(running):
    running()
    x = torch.full((5,), float("nan"), dtype=torch.float64)
    unchanged(lambda impl: impl.scale(x, x))


def test_a_reference_that_writes_into_its_arguments_is_our_fault(running):
    running(reference="def scale(x, w):\n    return x.mul_(w)")
    x, w = draw(5), draw(5)
    with pytest.raises(AssertionError, match=r"^the reference changes its arguments$"):
        unchanged(lambda impl: impl.scale(x, w))


# --- dtype_kept


def test_dtype_kept(running):
    running()
    x, w = draw(5), draw(5)
    dtype_kept(lambda impl: impl.scale(x, w))
    dtype_kept(lambda impl: impl.Affine(5, 2)(x))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return x.float() * w.float()", "float64 inputs give a float32 result"),
        ("return (x * w).to(torch.get_default_dtype())", "float32 inputs give a float64 result"),
        ("return x * w + torch.zeros(5)", "float32 inputs give a float64 result"),
        ("return (x * w).double()", "float32 inputs give a float64 result"),
    ],
)
def test_another_dtype(running, body, message):
    """torch's default dtype is another one meanwhile: a new tensor that does not say its dtype shows."""
    running(f"def scale(x, w):\n    {body}")
    x, w = draw(5), draw(5)
    found = told(dtype_kept, lambda impl: impl.scale(x, w))
    assert found.message == f"{message}: make new tensors with the dtype of your inputs."
    assert found.hint == "Which tensor do you create without saying its dtype? x.new_zeros(…) takes it from x."
    named = told(dtype_kept, lambda impl: {"y": impl.scale(x, w)})
    assert named.message == f"{message} (`y`): make new tensors with the dtype of your inputs."


def test_a_return_value_that_cannot_be_used_says_with_which_inputs(running):
    running("def sincos(x):\n    return None if x.dtype is torch.bfloat16 else (torch.sin(x), torch.cos(x))")
    x = draw(3)

    def observe(impl):
        sine, cosine = impl.sincos(x)
        return sine + cosine

    assert sentence(dtype_kept, observe) == (
        "With bfloat16 inputs: `sincos` returned None, where (tensor (3,) bfloat16, tensor (3,) bfloat16) is expected."
    )


def test_another_shape_is_told_before_any_dtype(running):
    running("def scale(x, w):\n    return (x * w)[:2]")
    x, w = draw(5), draw(5)
    assert sentence(dtype_kept, lambda impl: impl.scale(x, w)) == "the result has shape (2,), where (5,) is expected."


def test_a_reference_that_loses_the_dtype_is_our_fault(running):
    running(reference="def scale(x, w):\n    return x.float()")
    x, w = draw(5), draw(5)
    with pytest.raises(AssertionError, match=r"^the reference does not keep float64$"):
        dtype_kept(lambda impl: impl.scale(x, w))


# --- poison


def first_rows(result):
    return result[:2]


CUMULATIVE = "def softmax(x):\n    return x.cumsum(0)"


def test_poison(running):
    running(CUMULATIVE, reference=CUMULATIVE)
    x = draw(4, 3)
    before = x.clone()
    poison(lambda impl, x: impl.softmax(x), x, (slice(2, None),), first_rows)
    assert torch.equal(x, before)


@pytest.mark.parametrize("body", ["x - x.mean(0) * 1e-6", "x + 0 * x[-1] / x[-1].isfinite() * 0 + x[-1] * 1e-9"])
def test_what_must_not_matter_matters(running, body):
    running(f"def softmax(x):\n    return {body}", reference=CUMULATIVE)
    x = draw(4, 3)

    def observe(impl, x):
        return impl.softmax(x)

    where = (slice(2, None),)
    assert sentence(poison, observe, x, where, first_rows) == (
        "What must not matter does not matter: a change of 1e+09 in what must not matter changes the result."
    )
    assert sentence(poison, observe, x, where, first_rows, "The past does not see the future") == (
        "The past does not see the future: a change of 1e+09 in what must not matter changes the result."
    )


def test_poison_that_turns_into_nan(running):
    running("def softmax(x):\n    return x + 0 * x[-1].exp()", reference=CUMULATIVE)
    assert told(poison, lambda impl, x: impl.softmax(x), draw(4, 3), (slice(2, None),), first_rows)


# --- chance


def test_repeatable(running):
    running()
    x = draw(5)
    repeatable(lambda impl: impl.softmax(x))


def test_another_result_the_second_time(running):
    running("def softmax(x):\n    return torch.softmax(x, dim=-1) + torch.rand(x.shape)")
    x = draw(5)
    assert sentence(repeatable, lambda impl: impl.softmax(x)) == (
        "Calling it twice with the same inputs gives the same result: it does not."
    )
    assert sentence(repeatable, lambda impl: impl.softmax(x), "The same seed gives the same text") == (
        "The same seed gives the same text: it does not."
    )


def test_no_global_chance(running):
    running()
    x = draw(5)
    no_global_chance(lambda impl: impl.softmax(x))


@pytest.mark.parametrize("body", ["torch.rand(1); return y", "torch.manual_seed(0); return y"])
def test_the_global_generator_is_touched(running, body):
    running(f"def softmax(x):\n    y = torch.softmax(x, -1)\n    {body}")
    x = draw(5)
    assert sentence(no_global_chance, lambda impl: impl.softmax(x), "The generator decides") == (
        "The generator decides: it does not; torch's global generator is used or reseeded."
    )


def test_the_global_generator_is_used_and_put_back(running):
    body = "s = torch.get_rng_state(); y = torch.softmax(x, -1) + torch.rand(1); torch.set_rng_state(s); return y"
    hidden = f"def softmax(x):\n    {body}"
    running(hidden, {"global_chance": hidden})
    x = draw(5)
    assert sentence(no_global_chance, lambda impl: impl.softmax(x)) == (
        "Chance comes from the generator alone: it does not; another global seed gives another result."
    )


# --- finite_under


def test_finite_under(running):
    running()
    x = draw(5, scale=1e4)
    result = finite_under(lambda impl: impl.softmax(x))
    assert result.dtype is torch.float32


NAIVE = "def softmax(x):\n    e = x.exp()\n    return e / e.sum(-1, keepdim=True)"


def test_overflow_is_unstable_and_not_wrong(running):
    running(NAIVE, {"naive": NAIVE})
    x = torch.tensor([[1.0, 2.0], [1000.0, 2.0]], dtype=torch.float64)
    found = told(finite_under, lambda impl: impl.softmax(x))
    assert found.verdict is Verdict.UNSTABLE
    assert found.message == "The result is NaN or infinite in 1 of 4 values under inputs of large magnitude."
    assert (found.mistake, found.hint) == ("naive", "hint of naive")
    named = told(finite_under, lambda impl: {"weights": impl.softmax(x)})
    assert named.message.startswith("`weights` is NaN or infinite in 1 of 4 values ")


def test_overflow_that_no_mistake_explains(running):
    running(NAIVE, {"zeros": "def softmax(x):\n    return x * 0"})
    x = torch.tensor([1000.0, 2.0], dtype=torch.float64)
    assert told(finite_under, lambda impl: impl.softmax(x)).hint == ""


# --- what every property looks at first


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("None", "the result is None, where a tensor of shape (5, 7) is expected."),
        ("x[:4]", "the result has shape (4, 7), where (5, 7) is expected."),
        ("(x, x)", "the result holds 2 values, where 1 is expected."),
    ],
)
@pytest.mark.parametrize("check", [finite_under, repeatable, no_global_chance])
def test_structure_comes_first(running, check, body, message):
    running(f"def softmax(x):\n    return {body}")
    x = draw(5, 7)
    found = told(check, lambda impl: impl.softmax(x))
    assert found.verdict is Verdict.FAIL
    if body != "(x, x)":
        assert found.message == message


# --- partial credit


@pytest.mark.parametrize(("fraction", "earned"), [(0.65, 0.65), (0, 0), (-1, 0), (float("nan"), 0)])
def test_credit_ends_the_test_with_a_part(running, fraction, earned):
    running()
    found = told(credit, fraction, "Better than a bigram, not yet a trigram.")
    assert (found.verdict, found.message, found.credit) == (
        Verdict.FAIL,
        "Better than a bigram, not yet a trigram.",
        earned,
    )


@pytest.mark.parametrize("fraction", [1, 1.0, 2])
def test_full_credit_lets_the_test_go_on(running, fraction):
    running()
    credit(fraction, "Never told.")


# --- verbs


def test_take_draws_no_more_than_it_is_asked_for(running):
    running("def count(x):\n    while True:\n        x = x + 1\n        yield x")
    context_items = observed_items(3)
    assert context_items == [1, 2, 3]


def observed_items(count):
    from autograder.checks.context import current
    from autograder.checks.implementation import Implementation

    return take(Implementation(current().submission).count(0), count)


def test_vjp_of_a_module_names_its_parameters(running):
    running()
    from autograder.checks.context import current
    from autograder.checks.implementation import Implementation

    x, cotangent, classes = draw(2, 3), draw(2, 4), draw_ints(4, 2)
    impl = Implementation(current().submission, torch.float64)
    found = vjp(impl.Affine(3, 4), (x,), cotangent)
    assert found["outputs"].shape == (2, 4)
    assert sorted(found["parameters"]) == ["bias", "weight"]
    assert torch.allclose(found["parameters"]["bias"], cotangent.sum(0))
    assert torch.allclose(found["inputs"][0], cotangent @ torch.ones(4, 3, dtype=torch.float64))
    assert vjp(impl.scale, (x, classes[:, None]), draw(2, 3))["inputs"][1] is None  # integers have no gradient
