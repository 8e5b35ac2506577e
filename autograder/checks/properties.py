"""Properties that need no oracle: what must not matter, what must not change, what must stay finite.

Every one observes the reference first, so that a test which cannot hold is the grader's fault and never the student's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from autograder.checks.compare import explaining_mistake
from autograder.checks.comparison import arrays_of
from autograder.checks.context import current, in_numpy, noun
from autograder.checks.implementation import FLOATS, Implementation
from autograder.checks.observe import Observation, observed, on_submission, require_structure
from autograder.checks.outcome import Decided
from autograder.child.tree import leaves
from autograder.course.verdict import Verdict
from autograder.sandbox.protocol import Ref

POISON = 1e9
_WRITES = ("a tensor it was given (+=, mul_, x[...] = …)", "an array it was given (+=, out=, x[...] = …)")
_MAKES = ("x.new_zeros(…)", "np.zeros_like(x, …)")
"""How that looks in torch, and in NumPy."""


def require(condition: bool, message: str, *, explain: Observation | None = None) -> None:
    """Demand a property of values that were observed; `message` is what the student reads.

    `explain` is an observation whose numbers, when a mistake gives the same ones, say which mistake it is.
    """
    if condition:
        return
    mistake = None
    if explain is not None:
        actual = on_submission(explain, torch.float32, [])
        mistake = explaining_mistake(explain, actual, "float32")
    raise Decided(
        Verdict.FAIL, message, hint=mistake.hint if mistake else "", mistake=mistake.name if mistake else None
    )


def close(actual: Any, expected: Any, what: str, rtol: float = 1e-6, *, explain: Observation | None = None) -> None:
    """Demand |actual − expected| ≤ rtol · max |expected|, array by array; `what` names the property in words."""
    for got, want in zip(arrays_of(actual), arrays_of(expected), strict=True):
        got64, want64 = got.detach().to(torch.float64), want.detach().to(torch.float64)
        scale = float(want64.abs().max()) if want64.numel() else 0.0
        require(
            got64.shape == want64.shape and bool(((got64 - want64).abs() <= rtol * scale).all()),
            f"{what} does not hold.",
            explain=explain,
        )


def unchanged(observe: Observation) -> None:
    """Demand that no call made inside the observation changes its arguments."""
    reference = Implementation(current().reference, torch.float32, echo=True)
    observe(reference)
    _require_same_arguments(reference, AssertionError("the reference changes its arguments"))
    impl = Implementation(current().submission, torch.float32, echo=True)
    on_submission(lambda _: observe(impl), torch.float32, reference._calls)
    _require_same_arguments(impl, None)


def _require_same_arguments(impl: Implementation, fault: Exception | None) -> None:
    for name, before, after in impl._echoes:
        changed = [
            place for (place, one), (_, other) in zip(leaves(before), leaves(after), strict=True)
            if isinstance(one, torch.Tensor) and not _identical(one, other)
        ]  # fmt: skip
        if changed:
            if fault is not None:
                raise fault
            position = ".".join(str(part) for part in changed[0][1:])
            raise Decided(
                Verdict.FAIL,
                f"`{name}` changes its argument {position} in place: the caller's {noun()} is another one afterwards.",
                hint=f"Which of your lines writes into {_WRITES[in_numpy()]}?",
            )


def _identical(one: torch.Tensor, other: Any) -> bool:
    if not one.dim() and isinstance(other, bool | int | float):  # a NumPy array without axes comes back as a number
        other = torch.as_tensor(other, dtype=one.dtype)
    if not isinstance(other, torch.Tensor) or one.dtype != other.dtype or one.shape != other.shape:
        return False
    return bool(((one == other) | (one.isnan() & other.isnan())).all())


def dtype_kept(observe: Observation, dtypes: tuple[str, ...] = ("float32", "float64", "bfloat16")) -> None:
    """Demand that floating outputs have the inputs' dtype, whatever torch's default dtype is."""
    for name in dtypes:
        dtype = FLOATS[name]
        other = torch.float64 if dtype is torch.float32 else torch.float32
        reference = Implementation(current().reference, dtype, default=other)
        expected = observe(reference)
        if any(a.dtype != dtype for a in arrays_of(expected) if a.is_floating_point()):
            raise AssertionError(f"the reference does not keep {name}")
        try:
            actual = on_submission(observe, dtype, reference._calls, default=other)
        except Decided as fault:
            raise Decided(fault.verdict, f"With {name} inputs: {fault.message}", detail=fault.detail) from fault
        require_structure(expected, actual, dtype)
        for (place, want), (_, got) in zip(leaves(expected), leaves(actual), strict=True):
            if isinstance(want, torch.Tensor) and want.is_floating_point() and got.dtype != dtype:
                where = f" (`{place[0]}`)" if place and isinstance(place[0], str) else ""
                dtype_name = str(got.dtype).removeprefix("torch.")
                raise Decided(
                    Verdict.FAIL,
                    f"{name} inputs give a {dtype_name} result{where}: make new {noun()}s with the dtype of your inputs.",
                    hint=f"Which {noun()} do you create without saying its dtype? {_MAKES[in_numpy()]} takes it from x.",
                )


def poison(
    observe: Callable[[Implementation, torch.Tensor], Any],
    x: torch.Tensor,
    where: Any,
    watch: Callable[[Any], Any],
    what: str = "What must not matter does not matter",
) -> None:
    """Demand that `watch(observe(impl, x))` stays when `x[where]` moves by 10⁹; `what` is that in words."""
    poisoned = x.clone()
    poisoned[where] += POISON
    for dtype, rtol in (("float64", 1e-9), ("float32", 1e-5)):
        before = observed(lambda impl: watch(observe(impl, x)), dtype)
        after = observed(lambda impl: watch(observe(impl, poisoned)), dtype)
        for one, other in zip(arrays_of(after), arrays_of(before), strict=True):
            scale = float(other.abs().max()) if other.numel() else 0.0
            moved = not bool(((one - other).abs() <= rtol * scale).all())
            require(not moved, f"{what}: a change of {POISON:g} in what must not matter changes the result.")


def repeatable(observe: Observation, what: str = "Calling it twice with the same inputs gives the same result") -> None:
    """Demand the same result, bit for bit, from two observations."""
    one, other = observed(observe), observed(observe)
    same = all(_identical(a, b) for a, b in zip(arrays_of(one), arrays_of(other), strict=True))
    require(same, f"{what}: it does not.")


def finite_under(observe: Observation, dtype: str = "float32") -> Any:
    """Demand finite outputs; NaN or infinity is UNSTABLE. Returns what was observed."""
    actual = observed(observe, dtype)
    for place, leaf in leaves(actual):
        if isinstance(leaf, torch.Tensor) and leaf.is_floating_point() and not bool(leaf.isfinite().all()):
            name = f"`{place[0]}`" if place and isinstance(place[0], str) else "The result"
            bad = int((~leaf.isfinite()).sum())
            mistake = explaining_mistake(observe, actual, dtype)
            raise Decided(
                Verdict.UNSTABLE,
                f"{name} is NaN or infinite in {bad} of {leaf.numel()} values under inputs of large magnitude.",
                hint=mistake.hint if mistake else "",
                mistake=mistake.name if mistake else None,
            )
    return actual


def credit(fraction: float, message: str) -> None:
    """End the test with part of its credit, 0 … 1; counts where the rubric pays by fraction. 1 lets the test go on."""
    if fraction >= 1:
        return
    raise Decided(Verdict.FAIL, message, credit=max(0.0, float(fraction)))


def no_global_chance(observe: Observation, what: str = "Chance comes from the generator alone") -> None:
    """Demand that the result does not depend on torch's global generator, and leaves it where it was."""
    observed(observe)  # structure first
    results = []
    for seed in (1, 2):
        impl = Implementation(current().submission, torch.float32)
        before = reseed(impl, seed)
        results.append(arrays_of(observe(impl)))
        require(
            _identical(before, global_state(impl)),
            f"{what}: it does not; torch's global generator is used or reseeded.",
        )
    same = all(_identical(a, b) for a, b in zip(*results, strict=True))
    require(same, f"{what}: it does not; another global seed gives another result.", explain=observe)


def reseed(impl: Implementation, seed: int) -> torch.Tensor:
    """Seed the other side's global generator; its state from then on."""
    state: torch.Tensor = impl._request("chance", Ref(None), seed=seed)
    return state


def global_state(impl: Implementation) -> torch.Tensor:
    """State of the other side's global generator, as bytes."""
    state: torch.Tensor = impl._request("chance", Ref(None), seed=None)
    return state
