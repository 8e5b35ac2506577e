"""What a changed rubric does to scores: told before it is saved, and carried over to marks after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autograder.course.models import Criterion, Rubric
from autograder.gradebook.attempts import attempts_of
from autograder.gradebook.book import Gradebook
from autograder.gradebook.marks import Mark, current_marks, write_mark
from autograder.gradebook.scores import CriterionScore, Score, scores_of

_EPS = 1e-9


@dataclass(frozen=True)
class Effect:
    """One attempt's score by the rubric it has been scored by, and by another."""

    attempt_id: int
    student_id: int
    pseudonym: str
    before: float
    after: float
    criteria: tuple[tuple[str, float, float], ...]
    """(criterion, before, after) of those that change."""

    @property
    def moves(self) -> bool:
        """Whether the total changes."""
        return abs(self.after - self.before) > _EPS


@dataclass(frozen=True)
class Carried:
    """A mark that a changed rubric gives other points to."""

    mark: Mark
    points: float


def effects(book: Gradebook, assignment: str, old: Rubric, new: Rubric) -> list[Effect]:
    """Every attempt that counts and has a result, by pseudonym.

    What tests decide keeps its share of the points: that is what grading again comes to, as long as tests say the same. A mark of
    a level of `old` takes the points of the level with the same number in `new`; other marks and overrides keep their points,
    and no more than there are to get.
    """
    names = {attempt.id: attempt.pseudonym for attempt in attempts_of(book, assignment)}
    found = [_effect(score, names[score.attempt_id], old, new) for score in scores_of(book, assignment) if score.criteria]
    return sorted(found, key=lambda effect: effect.pseudonym)


def _effect(score: Score, pseudonym: str, old: Rubric, new: Rubric) -> Effect:
    changed = []
    for part in score.criteria:
        after = _after(part, old.criterion(part.id), new.criterion(part.id))
        if abs(after - part.score) > _EPS:
            changed.append((part.id, part.score, after))
    moved = sum(after - before for _, before, after in changed)
    return Effect(
        score.attempt_id, score.student_id, pseudonym, score.score, round(score.score + moved, 6), tuple(changed)
    )


def _after(part: CriterionScore, old: Criterion | None, new: Criterion | None) -> float:
    if new is None:
        return 0.0
    if part.source == "pending":
        return part.score
    if part.source == "tests":
        return round(part.score / part.points * new.points, 2)
    carried = _carried_points(part.score, old, new)
    return min(part.score if carried is None else carried, new.points)


def _carried_points(points: float, old: Criterion | None, new: Criterion) -> float | None:
    """What the level that paid `points` pays now; None where no level did, or levels were added or removed."""
    if old is None or len(old.levels) != len(new.levels):
        return None
    numbers = [number for number, level in enumerate(old.levels) if level.points == points]
    return new.levels[numbers[0]].points if len(numbers) == 1 else None


def to_carry(book: Gradebook, assignment: str, old: Rubric, new: Rubric) -> list[Carried]:
    """Marks whose level pays something else in `new`."""
    return list(_to_carry(current_marks(book, assignment), old, new))


def _to_carry(marks: dict[tuple[int, str], Mark], old: Rubric, new: Rubric) -> Iterator[Carried]:
    for (_, criterion), mark in sorted(marks.items()):
        target = new.criterion(criterion)
        if target is None or mark.points is None or mark.kind == "override":
            continue
        points = _carried_points(mark.points, old.criterion(criterion), target)
        if points is not None and points != mark.points:
            yield Carried(mark, points)


def carry(book: Gradebook, carried: list[Carried], rubric_sha256: str, author: str) -> int:
    """Append each mark again with its new points, comment and level kept: the number of them.

    Raises Collision where somebody has marked meanwhile; what was appended before that stays, and a second call does the rest.
    """
    for one in carried:
        mark = one.mark
        write_mark(
            book, mark.attempt_id, mark.criterion, author=author, kind=mark.kind, level=mark.level, points=one.points,
            comment=mark.comment, rubric_sha256=rubric_sha256, patch=mark.patch, expected=mark.id,
        )  # fmt: skip
    return len(carried)
