"""The figure of what each position attends to: dots, words and a table of one Pattern."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.grading.result import Pattern
from autograder.report.errormap import ranges
from autograder.report.wording import amount, printable

PITCH = 15
DOT = PITCH - 2
_KINDS = {"#": "attends", "+": "excess", "-": "missing"}


@dataclass(frozen=True)
class Dot:
    """One cell, in SVG units."""

    x: int
    y: int
    kind: str
    """`attends`, `excess` or `missing`."""


@dataclass(frozen=True)
class PatternFigure:
    """All that a page needs to draw and describe a pattern."""

    name: str
    size: int
    dot: int
    squares: tuple[Dot, ...]
    heads: tuple[str, ...]
    """Of the table: `i`, `attends to j`, and columns for what is wrong where something is."""
    rows: tuple[tuple[str, ...], ...]
    description: str


def pattern_figure(pattern: Pattern) -> PatternFigure:
    """The figure of `pattern`; a character that means nothing is drawn as nothing."""
    squares = tuple(
        Dot(column * PITCH + 1, row * PITCH + 1, _KINDS[mark])
        for row, marks in enumerate(pattern.rows)
        for column, mark in enumerate(marks)
        if mark in _KINDS
    )
    columns = [("#+", "attends to j")]
    columns += [(mark, head) for mark, head in (("+", "should not"), ("-", "missing")) if mark in "".join(pattern.rows)]
    return PatternFigure(
        name=printable(pattern.name),
        size=PITCH * len(pattern.rows),
        dot=DOT,
        squares=squares,
        heads=("i", *(head for _, head in columns)),
        rows=tuple(
            (f"{row}", *(_keys(marks, kinds) for kinds, _ in columns)) for row, marks in enumerate(pattern.rows)
        ),
        description=describe(pattern),
    )


def describe(pattern: Pattern) -> str:
    """`16 positions attend to 58 keys; 6 of them should not be attended to, 2 are missing.`"""
    flat = "".join(pattern.rows)
    told = (
        f"{amount(len(pattern.rows), 'position')} attend to {amount(flat.count('#') + flat.count('+'), 'key')} in all"
    )
    wrong = [f"{flat.count(mark)} {words}" for mark, words in (("+", "too many"), ("-", "missing")) if mark in flat]
    return f"{told}{'; ' if wrong else ''}{', '.join(wrong)}."


def _keys(marks: str, kinds: str) -> str:
    return ranges([column for column, mark in enumerate(marks) if mark in kinds])
