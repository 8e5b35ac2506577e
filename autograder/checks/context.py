"""What the checks of the test that is running now work on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import torch

from autograder.checks.peer import Peer
from autograder.course.record import Curve, Pattern, Speedup


@dataclass(frozen=True)
class Mistake:
    """A submission that is wrong in a known way, ready to be observed."""

    name: str
    hint: str
    loses: tuple[str, ...]
    start: Callable[[], Peer]


@dataclass
class Context:
    """One test on one submission."""

    test: str
    criterion: str
    submission: Peer
    reference: Peer
    mistakes: tuple[Mistake, ...]
    draws: torch.Generator
    artifacts: dict[str, Path] = field(default_factory=dict)
    artifact_limits: dict[str, int] = field(default_factory=dict)
    data_folder: Path = Path()
    fresh_pair: Callable[[], Any] | None = None
    """Opens two fresh children for a timing: the submission's and the reference's."""
    reference_cache: dict[Any, Any] = field(default_factory=dict)
    """Observations of the reference, which are the same for every submission graded with the same seed."""
    observations: int = 0
    end_child: Callable[[], None] = lambda: None
    """Ends the submission's child; the next request starts another."""
    curves: list[Curve] = field(default_factory=list)
    """What the test measured over several sizes, however it ends."""
    patterns: list[Pattern] = field(default_factory=list)
    """What the submission says it attends to, for a picture."""
    speedup: Speedup | None = None
    """What the test's last timing measured, however it ends."""
    proving: bool = False
    """The assignment is being verified: what is asked of its tests is looked at, too."""
    overlaps: list[str] = field(default_factory=list)
    """Tolerances that a lower precision would pass, as sentences for staff."""
    arrays: Literal["torch", "numpy"] = "torch"
    """What the assignment's functions work on. Tests hold torch's tensors either way."""
    asked: set[str] = field(default_factory=set)
    """Top-level names that the test has asked an implementation for."""
    used_data: bool = False
    """The test read data that no other test may hear of: unlike draws, they are the same in every grading."""


_current: list[Context] = []


def current() -> Context:
    """The running test's context. Raises RuntimeError outside of a hidden test."""
    if not _current:
        raise RuntimeError("a check was called outside of a hidden test that `gradus grade` or `gradus verify` runs")
    return _current[-1]


def note_asked(name: str) -> None:
    """The running test, if there is one, uses the top-level `name` of what it tests."""
    if _current:
        _current[-1].asked.add(name)


def in_numpy() -> bool:
    """Whether the functions under test work on NumPy arrays."""
    return bool(_current) and _current[-1].arrays == "numpy"


def noun() -> str:
    """What students of this assignment call a tensor."""
    return "array" if in_numpy() else "tensor"


def enter(context: Context) -> None:
    """Begin a test: checks work on `context` until `leave`."""
    _current.append(context)


def leave() -> None:
    """End the test that was entered last."""
    _current.pop()
