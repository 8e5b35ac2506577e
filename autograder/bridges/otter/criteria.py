"""The points of an otter question as criteria of the rubric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.course.models import Criterion, Visibility


@dataclass(frozen=True)
class Worth:
    """A test case and what it earns."""

    number: int
    """From 1, in the question."""
    hidden: bool
    points: float


def test_criteria(question: str, worths: Sequence[Worth], *, all_or_nothing: bool) -> list[tuple[Criterion, list[int]]]:
    """Criteria and the numbers of the tests that decide each.

    What students see and what they do not is told apart. Tests of equal points share a criterion that pays by fraction,
    which earns what otter's sum earns; of different points, each has its own.
    """
    found: list[tuple[Criterion, list[int]]] = []
    if all_or_nothing:
        return [_criterion(question, "all", "All tests hold", list(worths), pays_all=True)] if worths else []
    for name, title, hidden in (("public", "The tests that you have hold", False), ("hidden", "Further tests hold", True)):
        group = [worth for worth in worths if worth.hidden is hidden]
        if len({round(worth.points, 6) for worth in group}) == 1:
            found.append(_criterion(question, name, title, group))
            continue
        for worth in group:
            one = f"Test {worth.number} holds" if not hidden else f"Further test {worth.number} holds"
            found.append(_criterion(question, f"{name}_{worth.number}", one, [worth]))
    return found


def ta_criterion(question: str, name: str, title: str, points: float) -> Criterion:
    """A criterion that a TA marks."""
    return Criterion(id=f"{question}.{name}", question=question, title=title, points=round(points, 6), kind="ta")


def _criterion(
    question: str, name: str, title: str, worths: list[Worth], *, pays_all: bool = False
) -> tuple[Criterion, list[int]]:
    visibility: Visibility = "after_published" if any(worth.hidden for worth in worths) else "visible"
    criterion = Criterion(
        id=f"{question}.{name}",
        question=question,
        title=title,
        points=round(sum(worth.points for worth in worths), 6),
        pays="all" if pays_all or len(worths) == 1 else "fraction",
        visibility=visibility,
    )
    return criterion, [worth.number for worth in worths]
