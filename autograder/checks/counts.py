"""What one call costs, counted: operations, matrix products, the largest tensor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autograder.checks.implementation import Remote

_MOST = 2**40
_MOST_WORK = 2**60


@dataclass(frozen=True)
class Trace:
    """Counts of one call, made by torch's dispatcher where the function lives."""

    ops: dict[str, int]
    """ATen operations by name, as torch dispatches them: `{"mm": 65, "sigmoid": 192, …}`."""
    matmuls: int
    largest: int
    """Bytes of the largest tensor that an operation returned."""
    work: int = 0
    """Multiplications and additions of matrix products, and elements of everything else (`autograder.child.work`)."""


def trace(function: Remote, *args: Any, **kwargs: Any) -> Trace:
    """Call `function(*args, **kwargs)` where it lives and count what it does."""
    return as_trace(function._implementation._request("trace", function._ref, args=args, kwargs=kwargs))


def as_trace(found: dict[str, Any]) -> Trace:
    """Counts as the other side tells them. Raises TypeError for what is none."""
    ops, matmuls, largest, work = found["ops"], found["matmuls"], found["largest"], found["work"]
    counted = all(type(count) is int and 0 <= count < _MOST for count in (matmuls, largest, *ops.values()))
    if not counted or type(work) is not int or not 0 <= work < _MOST_WORK:
        raise TypeError("counts that are none")  # forged: what a test says about them would be the submission's words
    return Trace(ops, matmuls, largest, work)
