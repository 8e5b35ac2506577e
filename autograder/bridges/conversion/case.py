"""A test of another tool, as far as ours need it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """One test case."""

    place: str
    """`hw.ipynb, cell 7`."""
    source: str
    """The code: statements as they stand, or one function (exception-based)."""
    hidden: bool
    points: float | None
    message: str = ""
    """What a student reads when it fails."""
    output: str = ""
    """What the code must print, when it is compared as a doctest."""
    function: bool = False
    """Exception-based: `source` is a function, whose arguments are the student's names."""
    unknown: tuple[str, ...] = ()
    """Settings that have no counterpart."""
