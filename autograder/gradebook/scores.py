"""Scores: what hidden tests decided and staff marked, put together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select

from autograder.course.verdict import Verdict
from autograder.gradebook.attempts import Attempt, counting_attempts
from autograder.gradebook.book import Gradebook
from autograder.gradebook.marks import Mark, current_marks
from autograder.gradebook.rows import selected
from autograder.gradebook.tables import attempts, criterion_results, results
from autograder.gradebook.views import current_gradings

Source = Literal["tests", "mark", "override", "pending"]


@dataclass(frozen=True)
class CriterionScore:
    """One criterion: the points it is worth and those that were earned, 0 while it is pending."""

    id: str
    points: float
    score: float
    source: Source


@dataclass(frozen=True)
class Score:
    """What an attempt comes to. `pending` are the points that nobody has decided about yet."""

    attempt_id: int
    student_id: int
    score: float
    max_score: float
    pending: float
    criteria: tuple[CriterionScore, ...]
    status: str | None = None
    """Of the result; None while there is none, and then the rest is 0."""


def scores_of(book: Gradebook, assignment: str) -> list[Score]:
    """The scores of the attempts that count, in the order of the students' ids."""
    here = attempts.c.assignment == assignment
    graded = select(current_gradings.c.attempt_id, results).join(results, results.c.id == current_gradings.c.result_id)
    graded = graded.join(attempts, attempts.c.id == current_gradings.c.attempt_id).where(here)
    slim = graded.with_only_columns(
        current_gradings.c.attempt_id, results.c.id, results.c.status, results.c.score, results.c.max_score,
        results.c.pending,
    )  # fmt: skip
    found = {row.attempt_id: row for row in selected(book, slim)}
    criteria = defaultdict(list)
    parts = criterion_results.c
    needed = select(parts.result_id, parts.criterion, parts.kind, parts.points, parts.score, parts.verdict)
    wanted = needed.where(parts.result_id.in_(slim.with_only_columns(results.c.id)))
    for row in selected(book, wanted.order_by(parts.result_id, parts.position)):
        criteria[row.result_id].append(row)
    marked = current_marks(book, assignment)
    return [_score(attempt, found.get(attempt.id), criteria, marked) for attempt in counting_attempts(book, assignment)]


def _score(attempt: Attempt, result: Any, criteria: dict[int, list[Any]], marked: dict[tuple[int, str], Mark]) -> Score:
    if result is None:
        return Score(attempt.id, attempt.student_id, 0.0, 0.0, 0.0, ())
    parts = tuple(_criterion(row, marked.get((attempt.id, row.criterion))) for row in criteria.get(result.id, []))
    if not parts:
        pending = result.max_score if result.status == "grader_error" else 0.0
        return Score(attempt.id, attempt.student_id, result.score, result.max_score, pending, (), result.status)
    total = round(sum(part.score for part in parts), 6)
    pending = round(sum(part.points for part in parts if part.source == "pending"), 6)
    return Score(attempt.id, attempt.student_id, total, result.max_score, pending, parts, result.status)


def _criterion(row: Any, mark: Mark | None) -> CriterionScore:
    if mark is not None and mark.points is not None:
        source: Source = "mark" if row.kind == "ta" else "override"
        return CriterionScore(row.criterion, row.points, mark.points, source)
    if Verdict(row.verdict).pending:
        return CriterionScore(row.criterion, row.points, 0.0, "pending")
    return CriterionScore(row.criterion, row.points, row.score, "tests")
