"""What workers do in tests of everything around grading. Imports no torch: a worker of these starts at once."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from autograder.course.loading import load_assignment
from autograder.grading.blank import blank_result, environment
from autograder.grading.result import Result, SubmissionId

COURSE = Path(__file__).parents[1] / "courses" / "tiny"


def grade(assigned: Any) -> Result:
    """Instead of grading: what happens is told by the submission's name."""
    task = assigned.task
    name = task.path.stem
    if name.startswith("killer"):
        os.kill(os.getpid(), signal.SIGKILL)
    if name.startswith("once"):
        note = task.path.with_suffix(".died")
        if not note.exists():
            note.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    if name == "stopper":
        os.kill(os.getpid(), signal.SIGSTOP)
    if name == "broken":
        raise ValueError("the kit's own")
    loaded = load_assignment(COURSE, "scale")
    where = environment(loaded, sandbox="none", seed=7)
    return blank_result(loaded, SubmissionId(id=task.id, sha256="0", file=""), where, "rejected", task.id)


def no_bench(*arguments: object) -> None:
    """Workers of a test that grades nothing."""
