"""A result with what staff decided put into it, so that pages and exports need to know about results only."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from autograder.course.findings import CourseError
from autograder.course.models import Rubric
from autograder.course.verdict import Verdict
from autograder.gradebook.marks import Mark
from autograder.gradebook.scores import CriterionScore, Score
from autograder.grading.result import CriterionResult, Result
from autograder.report.letter import StaffWord
from autograder.report.wording import points

_SLACK = 1e-9


class OutOfBounds(CourseError):
    """A score that cannot be: it names the student and the criterion."""


def with_marks(
    result: Result, score: Score, marks: Mapping[str, Mark], rubrics: Mapping[str, Rubric], student: str
) -> Result:
    """`result` with the points of `score`.

    `marks` are the ones that count, by criterion; `rubrics` the rubrics they were given by, by hash. Raises OutOfBounds where
    points are below 0 or above what there is to get; `student` names whose they are.
    """
    parts = {part.id: part for part in score.criteria}
    check_bounds(score, student)
    criteria = tuple(_decided(c, parts.get(c.id), marks.get(c.id), rubrics) for c in result.criteria)
    return result.model_copy(update={"criteria": criteria, "score": score.score, "pending": score.pending})


def check_bounds(score: Score, student: str) -> None:
    """Raise OutOfBounds for the first score that is below 0, above the maximum, or no number."""
    for part in score.criteria:
        if not (math.isfinite(part.score) and -_SLACK <= part.score <= part.points + _SLACK):
            raise OutOfBounds(
                f"{student}, {part.id}: {part.score:g} points are not from 0 to {part.points:g}. "
                "Correct the mark, or grade again where the rubric has changed."
            )
    if not (math.isfinite(score.score) and -_SLACK <= score.score <= score.max_score + _SLACK):
        raise OutOfBounds(
            f"{student}: a total of {score.score:g} points is not from 0 to {score.max_score:g}. "
            "Grade this submission again."
        )


def staff_word(
    result: CriterionResult, part: CriterionScore | None, mark: Mark | None, shared: Collection[int] = ()
) -> StaffWord:
    """What the page says about a criterion that a person decided; `result` is that of the tests.

    `shared` are the ids of the marks whose patch the student may read.
    """
    if part is None or mark is None or part.source not in ("mark", "override"):
        return StaffWord()
    instead = ""
    if part.source == "override":
        gave = "could not decide" if result.verdict.pending else f"gave {points(result.score)}"
        instead = f"A member of your course staff decided this: the automatic tests {gave}, the points are now {points(part.score)}."
    patch = mark.patch if mark.patch and mark.id in shared else ""
    return StaffWord(decided=True, instead=instead, comment=mark.comment.strip(), patch=patch)


def _decided(
    criterion: CriterionResult, part: CriterionScore | None, mark: Mark | None, rubrics: Mapping[str, Rubric]
) -> CriterionResult:
    if part is None or mark is None or part.source not in ("mark", "override"):
        return criterion
    full = part.score >= part.points
    changed: dict[str, object] = {"score": part.score, "verdict": Verdict.PASS if full else Verdict.FAIL}
    if part.source == "mark":
        changed["message"] = _level_text(criterion.id, mark, rubrics) or f"{points(part.score)} of {points(part.points)} points."
    elif full or criterion.verdict.pending:
        # What the tests said no longer holds; a hint beside full marks would puzzle.
        changed |= {"message": "", "hint": "", "mistake": None, "error_map": None, "tests": ()}
    if full and part.source == "mark" and not _level_text(criterion.id, mark, rubrics):
        changed["message"] = ""
    return criterion.model_copy(update=changed)


def _level_text(criterion: str, mark: Mark, rubrics: Mapping[str, Rubric]) -> str:
    """What the level says that the mark gave. By its points: they, not its number, are what was decided."""
    rubric = rubrics.get(mark.rubric_sha256) or rubrics.get("")
    found = rubric.criterion(criterion) if rubric else None
    return next((level.text for level in found.levels if level.points == mark.points), "") if found else ""
