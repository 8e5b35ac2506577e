"""Measured in children that keep the memory they take, where that is possible.

Asking the system for fresh pages costs as much as many an operation does, and who asks for them depends on sizes that
have nothing to do with the code: window attention read 3.3 to 6.1 times as fast with glibc as it comes, 2.5 to 2.9
times with a heap that is kept. But a heap that is kept can also grow to a multiple of what is in use, small tensors
between large ones, and no submission fails for that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from autograder.course.verdict import Verdict
from autograder.sandbox.faults import StudentFault

T = TypeVar("T")


def held_first(measure: Callable[[bool], T]) -> T:
    """`measure(True)`, whose children are to keep memory; after a MEMORY in them `measure(False)`."""
    try:
        return measure(True)
    except StudentFault as fault:
        if fault.verdict is not Verdict.MEMORY:
            raise
    return measure(False)
