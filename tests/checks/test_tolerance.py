"""The tolerance rule on random draws: the reference's own float32 always passes, ten times its error never does."""

from __future__ import annotations

import pytest
import torch

from autograder.checks.compare import compare
from autograder.checks.comparison import arrays_of, first_problem
from autograder.checks.implementation import Implementation
from autograder.checks.tolerance import FACTOR, PERTURBED_RUNS, SHARPER, Tolerance, earn, one_ulp, overlap, rounded
from tests.checks.conftest import peer

CELL = """
import torch

def cell(x, h, c, W, U, b):
    i, f, g, o = (x @ W.T + h @ U.T + b).chunk(4, dim=-1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c
"""
# The same equations, summed in another order: what another student writes.
OTHERWISE = """
import torch

def cell(x, h, c, W, U, b):
    xh, WU = torch.cat([x, h], -1), torch.cat([W, U], -1)
    gates = [torch.einsum('bi,gi->bg', xh, w) + v for w, v in zip(WU.chunk(4), b.chunk(4))]
    i, f, g, o = gates
    sigmoid = lambda z: 0.5 * (1 + torch.tanh(z / 2))
    c = c * sigmoid(f) + torch.tanh(g) * sigmoid(i)
    return torch.tanh(c) * sigmoid(o), c
"""
DRAWS = 200


def draws(seed):
    generator = torch.Generator().manual_seed(seed)
    sizes = torch.randint(1, 12, (3,), generator=generator).tolist()
    B, I, H = sizes

    def normal(*shape):
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    return normal(B, I), normal(B, H), normal(B, H), normal(4 * H, I), normal(4 * H, H), normal(4 * H)


def earned(reference, arguments):
    oracle = arrays_of(Implementation(reference, torch.float64).cell(*arguments))
    runs = [arrays_of(Implementation(reference, torch.float32).cell(*arguments))]
    for index in range(PERTURBED_RUNS):
        moved = Implementation(reference, torch.float32, perturb=one_ulp(torch.float32, index))
        runs.append(arrays_of(moved.cell(*arguments)))
    return oracle, earn(oracle, runs)


@pytest.mark.parametrize("source", [CELL, OTHERWISE], ids=["reference", "written otherwise"])
def test_own_float32_always_passes(source):
    reference, submission = peer(CELL), peer(source)
    for seed in range(DRAWS):
        arguments = draws(seed)
        oracle, tolerances = earned(reference, arguments)
        actual = Implementation(submission, torch.float32).cell(*arguments)
        assert first_problem(tuple(oracle), actual, tolerances, torch.float32) is None, seed


def test_ten_times_the_error_never_passes():
    reference = peer(CELL)
    for seed in range(DRAWS):
        oracle, tolerances = earned(reference, draws(seed))
        generator = torch.Generator().manual_seed(seed)
        for which, tolerance in enumerate(tolerances):
            noise = torch.rand(oracle[which].shape, generator=generator, dtype=torch.float64) - 0.5
            noise *= 10 * tolerance.error / noise.abs().max()
            actual = [*oracle]
            actual[which] = oracle[which] + noise
            problem = first_problem(oracle, actual, tolerances, torch.float32, check_dtype=False)
            assert problem is not None, (seed, which)


def test_the_tolerance_lies_between_float32_and_the_next_lower_precision():
    reference = peer(CELL)
    for seed in range(20):
        arguments = draws(seed)
        oracle, tolerances = earned(reference, arguments)
        half = arrays_of(Implementation(reference, torch.bfloat16).cell(*arguments))
        for array, low, tolerance in zip(oracle, half, tolerances, strict=True):
            assert float((low.double() - array).abs().max()) > tolerance.of(torch.float32)


def test_float64_is_held_to_more_than_float32():
    tolerance = Tolerance(scale=1.0, error=1e-7)
    assert tolerance.of(torch.float32) == pytest.approx(FACTOR * 1e-7)
    assert tolerance.of(torch.float64) == pytest.approx(1e-7 / SHARPER)


def test_zeros_have_a_scale():
    (first, second) = earn([torch.zeros(3).double(), torch.full((2,), 5.0).double()], [])
    assert first.scale == pytest.approx(5e-6)
    assert second.error == pytest.approx(5 * 2.0**-23)


# ── the next lower precision ─────────────────────────────────────────────────────────────────────────────────────────


def test_rounding_to_few_bits():
    values = torch.tensor([1.0, -1.5, 1 + 2.0**-10, 1 + 2.0**-12, 3e30, 0.0, 1e-40], dtype=torch.float64)
    assert rounded(values, 10)[:4].tolist() == [1.0, -1.5, 1 + 2.0**-10, 1.0]
    assert ((rounded(values, 10) - values).abs() <= 2.0**-11 * values.abs()).all()
    assert torch.equal(rounded(values, 23)[:5], values[:5].float().double())


ONE = torch.tensor([1.0, 1 / 3], dtype=torch.float64)


@pytest.mark.parametrize(
    ("array", "low", "error", "dtype", "found"),
    [
        (ONE, ONE, 1e-7, torch.float32, None),  # 1e-4 in half precision, 8e-7 allowed
        (ONE, ONE, 1e-3, torch.float32, (8e-3, 8.1e-5)),
        (ONE, ONE, 1e-3, torch.float64, (1e-3 / 256, 9.9e-9)),
        (ONE, ONE + 0.1, 1e-3, torch.float32, None),  # rounded inputs alone give it away
        (ONE[:1], ONE[:1], 1e-3, torch.float32, None),  # exact: nothing is lost
        (torch.tensor([3]), torch.tensor([3]), 1.0, torch.float32, None),  # whole numbers
        (ONE * 1e-9 + 1.0, ONE * 0 + 1.0, 2.0**-23, torch.float32, None),  # one rounding is allowed to anybody
    ],
)
def test_the_overlap_of_two_precisions(array, low, error, dtype, found):
    seen = overlap([array], [low], [Tolerance(1.0, error)], dtype)
    assert seen == (None if found is None else pytest.approx(found, rel=0.02))


def test_one_array_that_tells_is_enough():
    tolerances = [Tolerance(1.0, 1e-3), Tolerance(1.0, 1e-7)]
    assert overlap([ONE, ONE], [ONE, ONE], tolerances, torch.float32) is None
    assert overlap([ONE], [ONE], tolerances[:1], torch.float32) is not None


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("torch.tanh(x)", []),
        ("torch.round(x)", []),  # float32 agrees exactly, and so does half precision where it rounds to the same
        ("torch.sin(1e8 * x)", ["float32"]),  # float32 knows no angle any more
    ],
)
def test_comparisons_are_asked_while_the_assignment_is_proven(running, body, found):
    context = running(reference=f"\ndef f(x):\n    return {body}\n", source=f"\ndef f(x):\n    return {body}\n")
    x = torch.linspace(0.1, 0.9, 7, dtype=torch.float64)
    for proving in (False, True):
        context.proving = proving
        compare(lambda impl: impl.f(x))
        assert [told.split()[0] for told in context.overlaps] == (found if proving else [])
