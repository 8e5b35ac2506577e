"""Backend `process`: a child process with limits, and no boundary beyond that.

For a student's own machine and for trusted code. Student code in it runs as the same user as the grader: it can
read and write what that user can, and kill what that user can. The stronger backends exist for grading a class.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.models import Limits
from autograder.sandbox.backends.local import LocalBackend
from autograder.sandbox.launch import LocalLaunch
from autograder.sandbox.leftovers import mark, remove
from autograder.sandbox.zygote import Confinement

if TYPE_CHECKING:
    from autograder.sandbox.child import Child, Ending


def obstacle(*, private: Sequence[Path], gpu: bool) -> str | None:
    """It works wherever Python does."""
    return None


def open_here(*, private: Sequence[Path], gpu: bool) -> ProcessBackend:
    """Start the zygote."""
    return ProcessBackend()


class ProcessBackend(LocalBackend):
    """Children that are ordinary processes of the grader's user."""

    name = "process"

    def launch(self) -> LocalLaunch:
        return LocalLaunch()

    def box(self, limits: Limits) -> _Box:
        return _Box()


class _Box:
    def __init__(self) -> None:
        self.confinement = Confinement(scratch=tempfile.mkdtemp(prefix=mark()))

    def settle(self, child: Child) -> None:
        """Its limits are its own."""

    def clear(self, ending: Ending) -> Ending:
        remove([self.confinement.scratch])
        return ending
