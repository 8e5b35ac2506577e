"""Random inputs, seeded per submission run and per test."""

from __future__ import annotations

import torch

from autograder.checks.context import current


def draw(*shape: int, scale: float = 1.0) -> torch.Tensor:
    """A float64 tensor of `shape`, normal with standard deviation `scale`."""
    return torch.randn(shape, generator=current().draws, dtype=torch.float64) * scale


def draw_ints(high: int, *shape: int) -> torch.Tensor:
    """An int64 tensor of `shape`, uniform on 0 … high − 1."""
    return torch.randint(high, shape, generator=current().draws)


def draw_size(low: int, high: int) -> int:
    """An integer, uniform on low … high."""
    return int(torch.randint(low, high + 1, (), generator=current().draws))


def draw_seed() -> int:
    """A seed for a generator of the submission's."""
    return draw_size(0, 2**31 - 1)
