"""How far an array may be from the oracle: earned from the reference's own error, never guessed.

For every array of an observation let

    r      the oracle's array, float64
    s      max |r|, its scale; at least 10⁻⁶ of the largest scale in the same observation, so that an array of
           zeros has one
    e₃₂    the reference's own error in float32: the largest max |r₃₂ − r| over one plain run and
           `PERTURBED_RUNS` runs whose inputs are moved by one unit in the last place. The extra runs make the
           estimate feel the conditioning of the problem: one run alone can be right by luck.
    e      max(e₃₂, ε₃₂ · s): nobody is asked to be better than one rounding of the largest element.

A float32 submission may differ by `FACTOR` · e, with FACTOR = 8: another order of summation costs a small multiple
of the reference's error (observed: up to 3), while ten times the reference's error must never pass.

A float64 submission may differ by e / `SHARPER`, with SHARPER = 2⁸. Code that drops to float32 on the way errs by about
e and is caught; correct code has room for 10⁶ roundings; and code that loses six digits to cancellation still agrees
here, so that it is told apart in float32 as unstable, not as wrong.

Both are to lie below what the reference errs in the next lower precision (`NEXT_LOWER`): else code that drops to it on
the way would pass. `gradus verify` asks for that of every comparison.

bfloat16 and float16 are judged by the same rule with their own runs: FACTOR · max(e_dtype, ε_dtype · s).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

FACTOR = 8.0
SHARPER = 2.0**8
PERTURBED_RUNS = 3
_LEAST_SCALE = 1e-6


NEXT_LOWER: dict[torch.dtype, int] = {torch.float64: 23, torch.float32: 10}
"""Bits of the fraction: of float32; of tf32 and float16, the best that is offered below float32."""


@dataclass(frozen=True)
class Tolerance:
    """Absolute tolerances of one array."""

    scale: float
    error: float
    """e of the rule, in the dtype it was earned in."""

    def of(self, dtype: torch.dtype) -> float:
        if dtype is torch.float64:
            return self.error / SHARPER
        return FACTOR * self.error


def earn(
    oracle: list[torch.Tensor], runs: list[list[torch.Tensor]], dtype: torch.dtype = torch.float32
) -> list[Tolerance]:
    """Tolerances of the arrays in `oracle` (float64), from `runs` of the reference in `dtype` (the same arrays)."""
    eps = torch.finfo(dtype).eps
    scales = [_largest(array) for array in oracle]
    least = _LEAST_SCALE * max(scales, default=0.0) or torch.finfo(torch.float32).tiny
    result = []
    for index, array in enumerate(oracle):
        scale = max(scales[index], least)
        error = max((_largest(_difference(run[index], array)) for run in runs), default=0.0)
        result.append(Tolerance(scale, max(error, eps * scale)))
    return result


def _difference(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return one.detach().to(torch.float64) - other.detach().to(torch.float64)


def _largest(array: torch.Tensor) -> float:
    """max |array| over its finite elements; 0 for an empty one."""
    finite = array.detach().to(torch.float64)
    finite = finite[torch.isfinite(finite)]
    return float(finite.abs().max()) if finite.numel() else 0.0


def one_ulp(dtype: torch.dtype, index: int) -> Callable[[torch.Tensor], torch.Tensor]:
    """The perturbation of run `index`: a float64 tensor times 1 ± up to one ε of `dtype`, element by element.

    It draws from a generator of its own, apart from the test's draws, which it must not move.
    """
    generator = torch.Generator().manual_seed(0x5EED + index)
    eps = torch.finfo(dtype).eps

    def perturb(value: torch.Tensor) -> torch.Tensor:
        noise = torch.rand(value.shape, generator=generator, dtype=torch.float64) * 2 - 1
        return value * (1 + eps * noise)

    return perturb


def rounded(value: torch.Tensor, bits: int) -> torch.Tensor:
    """`value` in float64, to the nearest numbers with so many bits of fraction; their range stays that of float64."""
    fraction, exponent = torch.frexp(value.detach().to(torch.float64))
    return torch.ldexp((fraction * 2.0 ** (bits + 1)).round(), exponent - (bits + 1))


def overlap(
    oracle: list[torch.Tensor], lower: list[torch.Tensor], tolerances: list[Tolerance], dtype: torch.dtype
) -> tuple[float, float] | None:
    """(tolerance, error in the next lower precision) of the array that comes nearest to telling the two apart.

    `lower` are the reference's arrays from inputs of that precision, before they are rounded to it themselves. None
    where some array tells them apart, and where none can: whole numbers, exact results, what hangs on no input. A
    tolerance that is one rounding of the largest element is none that could be earned better.
    """
    near: tuple[float, float] | None = None
    for array, low, tolerance in zip(oracle, lower, tolerances, strict=True):
        if not array.is_floating_point():
            continue
        floor = torch.finfo(torch.float32 if dtype is torch.float64 else dtype).eps * tolerance.scale
        error, allowed = _largest(_difference(rounded(low, NEXT_LOWER[dtype]), array)), tolerance.of(dtype)
        if error > allowed:
            return None
        if error > 0 and tolerance.error > floor and (near is None or error * near[0] > near[1] * allowed):
            near = allowed / tolerance.scale, error / tolerance.scale
    return near
