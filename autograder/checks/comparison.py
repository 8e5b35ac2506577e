"""Compare what a submission returned with what was expected, leaf by leaf, and put the first problem into words.

No message holds a value of either side: shapes, dtypes, places, counts and powers of ten only.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from autograder.checks.context import in_numpy, noun
from autograder.checks.error_map import draw_error_map
from autograder.checks.implementation import describe, shown_shape
from autograder.checks.tolerance import Tolerance
from autograder.child.tree import leaves
from autograder.course.record import ErrorMap

_AXIS = r"[A-Za-z][\w']*"
_LABEL = re.compile(rf" \[((?:\.\.\.|{_AXIS})(?:,{_AXIS})*)\]$")
_MOST_CONVERTED = 2**22
"""Elements of a NumPy array that is compared as float64."""


@dataclass(frozen=True)
class Problem:
    """The first thing that is wrong: a sentence, and the picture when values are off."""

    message: str
    error_map: ErrorMap | None = None
    numeric: bool = False
    """Structure, shape and dtype are right; only numbers differ."""


def arrays_of(value: Any) -> list[torch.Tensor]:
    """The numeric leaves of an observation, in order: tensors as they are, numbers as 0-d float64 tensors."""
    return [_as_tensor(leaf) for _, leaf in leaves(value) if _is_numeric(leaf)]


def first_problem(
    expected: Any, actual: Any, tolerances: list[Tolerance], dtype: torch.dtype, *, check_dtype: bool = True
) -> Problem | None:
    """The first difference that matters between two observations; None when there is none.

    `tolerances` belong to `arrays_of(expected)`. Floating tensors must come back in `dtype` when `check_dtype`.
    """
    remaining = iter(tolerances)
    problems = list(_problems(expected, actual, remaining, dtype, (), check_dtype))
    return next((p for p in problems if not p.numeric), problems[0] if problems else None)


def agree(expected: Any, actual: Any, tolerances: list[Tolerance], dtype: torch.dtype) -> bool:
    """Whether there is no difference that matters; told without looking for all of them."""
    return next(_problems(expected, actual, iter(tolerances), dtype, (), not in_numpy()), None) is None


def _problems(
    expected: Any,
    actual: Any,
    tolerances: Iterator[Tolerance],
    dtype: torch.dtype,
    place: tuple[Any, ...],
    strict: bool,
) -> Iterator[Problem]:
    if isinstance(expected, tuple | list | dict):
        wrong = _wrong_container(expected, actual, place)
        if wrong is not None:
            yield wrong
            return
        for key in expected if isinstance(expected, dict) else range(len(expected)):
            yield from _problems(expected[key], actual[key], tolerances, dtype, (*place, key), strict)
        return
    tolerance = next(tolerances) if _is_numeric(expected) else None
    problem = _leaf_problem(expected, actual, tolerance, dtype, place, strict)
    if problem is not None:
        yield problem


def _wrong_container(expected: Any, actual: Any, place: tuple[Any, ...]) -> Problem | None:
    """A message when `actual` does not have the outline of `expected`; tuples and lists count as the same."""
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            return Problem(f"{_name(place)} is {describe(actual)}, where a dict is expected.")
        missing = [str(key) for key in expected if key not in actual]
        extra = len([key for key in actual if key not in expected])
        if missing:
            return Problem(f"{_name(place)} has no entry {', '.join(map(repr, missing))}.")
        if extra:
            return Problem(f"{_name(place)} has {extra} entries more than the {len(expected)} expected.")
        return None
    if not isinstance(actual, tuple | list):
        return Problem(f"{_name(place)} is {describe(actual)}, where {len(expected)} values are expected.")
    if len(actual) != len(expected):
        return Problem(f"{_name(place)} holds {len(actual)} values, where {len(expected)} are expected.")
    return None


def _leaf_problem(
    expected: Any,
    actual: Any,
    tolerance: Tolerance | None,
    dtype: torch.dtype,
    place: tuple[Any, ...],
    strict: bool,
) -> Problem | None:
    name = _name(place)
    if isinstance(expected, torch.Tensor) and (expected.dim() or not in_numpy()):
        return _tensor_problem(expected, actual, tolerance, dtype, place, strict)
    if tolerance is not None:  # a number: an int, a bool, a NumPy scalar or a 0-d tensor will do
        if not _is_numeric(actual) or _as_tensor(actual).numel() != 1:
            return Problem(f"{name} is {describe(actual)}, where a number is expected.")
        return _value_problem(_as_tensor(expected), _as_tensor(actual).reshape(()), tolerance, dtype, place)
    if expected is None:
        return None if actual is None else Problem(f"{name} is {describe(actual)}, where None is expected.")
    if type(actual) is not type(expected):
        return Problem(f"{name} is {describe(actual)}, where {describe(expected)} is expected.")
    if isinstance(expected, str) and actual != expected:
        return Problem(f"{name} is another string than expected.")
    return None


def _tensor_problem(
    expected: torch.Tensor,
    actual: Any,
    tolerance: Tolerance | None,
    dtype: torch.dtype,
    place: tuple[Any, ...],
    strict: bool,
) -> Problem | None:
    name, shape = _name(place), tuple(expected.shape)
    if not isinstance(actual, torch.Tensor):
        if actual is None and "gradient" in name:
            return Problem(
                f"No {name.removeprefix('the ')} arrives: something cuts the graph (detach, .data, .item(), no_grad)."
            )
        return Problem(f"{name} is {describe(actual)}, where {_a_noun()} of shape {shape} is expected.")
    if tuple(actual.shape) != shape:
        got = shown_shape(actual.shape)
        return Problem(f"{name} has {'' if got.startswith('(') else 'a '}shape {got}, where {shape} is expected.")
    wanted = dtype if expected.is_floating_point() else expected.dtype
    if actual.is_floating_point() != expected.is_floating_point() or (strict and actual.dtype != wanted):
        return Problem(f"{name} is {_dtype(actual)}, where {_dtype(wanted)} is expected.")
    if "outputs" in place[:1] and expected.requires_grad and not actual.requires_grad:
        return Problem(f"{name} does not require grad: the graph is cut on the way (detach, .data, .item(), no_grad).")
    assert tolerance is not None
    return _value_problem(expected, actual, tolerance, dtype, place)


def _value_problem(
    expected: torch.Tensor,
    actual: torch.Tensor,
    tolerance: Tolerance,
    dtype: torch.dtype,
    place: tuple[Any, ...],
) -> Problem | None:
    if expected.dtype == actual.dtype and torch.equal(expected, actual):  # as most are, and it costs least
        return None
    name = _name(place)
    want, got = expected.detach().to(torch.float64), actual.detach().to(torch.float64)
    allowed = tolerance.of(dtype) if expected.is_floating_point() else 0.0
    same = (want == got) | (want.isnan() & got.isnan())
    off = ~same & ~((want - got).abs() <= allowed)
    if not bool(off.any()):
        return None
    axes = _axes(place, want.dim())
    picture = draw_error_map(name.replace("`", ""), want, got, allowed, axes)
    count = f"{int(off.sum())} of {off.numel()} values" if off.numel() > 1 else "the value"
    broken = off & ~got.isfinite()
    if bool(broken.any()):
        kind = "NaN" if bool((broken & got.isnan()).any()) else "infinite"
        where = _at(broken, axes)
        return Problem(f"{name} is {kind} in {int(broken.sum())} of {off.numel()} values{where}.", picture, True)
    # What is compared with may be a mistake's NaN: no distance from it is a number.
    excess = torch.where(off, (want - got).abs().nan_to_num(nan=math.inf), torch.zeros_like(want))
    worst = float(excess.max()) / tolerance.scale if bool(excess.isfinite().all()) else math.inf
    right = f"shape {tuple(want.shape)} and dtype are right; " if want.dim() else ""
    return Problem(
        f"{name} is off: {right}{count} outside the tolerance, the worst{_at(excess == excess.max(), axes)} by "
        f"{_power_of_ten(worst)} of the largest expected magnitude.",
        picture,
        True,
    )


def _power_of_ten(ratio: float) -> str:
    if not math.isfinite(ratio) or ratio > 1e6:
        return "more than 10⁶ times that"
    exponent = math.floor(math.log10(ratio)) if ratio > 0 else 0
    return f"about 10{str(exponent).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def _at(mask: torch.Tensor, axes: Sequence[str]) -> str:
    if mask.dim() == 0:
        return ""
    index = mask.nonzero()[0].tolist()
    return " at " + (", ".join(f"{a} = {i}" for a, i in zip(axes, index, strict=True)) if axes else str(index))


def _a_noun() -> str:
    return f"{'an' if in_numpy() else 'a'} {noun()}"


def _dtype(value: torch.Tensor | torch.dtype) -> str:
    return str(value.dtype if isinstance(value, torch.Tensor) else value).removeprefix("torch.")


def _name(place: tuple[Any, ...]) -> str:
    """A place in words: the keys that tests choose read as English (`outputs`, `gradient of h`)."""
    if not place:
        return "the result"
    if isinstance(place[0], int) and len(place) > 1 and isinstance(place[1], str):  # one of several cases
        return f"{_name(place[1:])} of case {place[0] + 1}"
    words = [f"`{_LABEL.sub('', part)}`" if isinstance(part, str) else f"[{part}]" for part in place]
    if place[0] in ("inputs", "parameters") and len(place) > 1:
        inner = ".".join(str(part) for part in place[1:])
        return f"the gradient of {'input ' if place[0] == 'inputs' else ''}`{inner}`"
    return "".join(words).replace("``", "`.`")


def _axes(place: tuple[Any, ...], dims: int) -> Sequence[str]:
    """The names of an array's axes, where a test gives them: `h [T,B,H]`; dots in front are any number of others."""
    label = next((part for part in reversed(place) if isinstance(part, str)), "")
    found = _LABEL.search(label)
    names = found[1].split(",") if found else []
    if names and names[0] == "...":
        names[:1] = [f"axis {index}" for index in range(dims - len(names) + 1)]
    return names if len(names) == dims else ()


def _is_numeric(value: Any) -> bool:
    return isinstance(value, torch.Tensor | int | float) or type(value).__module__ == "numpy"


def _as_tensor(value: Any) -> torch.Tensor:
    if isinstance(value, torch.Tensor):
        return value
    if getattr(value, "size", 1) > _MOST_CONVERTED:  # what was returned for a number: eight times its bytes for nothing
        return torch.as_tensor(value)
    return torch.as_tensor(value, dtype=torch.float64)
