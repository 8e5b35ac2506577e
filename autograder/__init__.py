"""Gradus: auto-graded assignments for deep-learning courses."""

from typing import Any

__version__ = "0.1.0"


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext autograder`: the command `%check` in a student's notebook."""
    from autograder.student.magic import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """`%unload_ext autograder`, which `%reload_ext` also calls."""
    from autograder.student.magic import unload

    unload(shell)
