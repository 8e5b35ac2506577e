"""What a changed rubric does to scores: told before it is saved, and carried over to marks after."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.course.findings import Findings
from autograder.course.models import Criterion, Rubric
from autograder.course.yaml_lines import model_of
from autograder.gradebook.attempts import attempts_of
from autograder.gradebook.book import Gradebook
from autograder.gradebook.marks import Collision, Mark, current_marks, write_mark
from autograder.gradebook.rubrics import rubric_text
from autograder.gradebook.scores import CriterionScore, Score, scores_of

_EPS = 1e-9
_ROUNDS = 5


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
    a level takes the points that the level with the same number pays in `new`; other marks and overrides keep their points,
    and no more than there are to get.
    """
    names = {attempt.id: attempt.pseudonym for attempt in attempts_of(book, assignment)}
    carried = {(one.mark.attempt_id, one.mark.criterion): one.points for one in to_carry(book, assignment, old, new)}
    scores = [score for score in scores_of(book, assignment) if score.criteria]
    found = [_effect(score, names[score.attempt_id], carried, new) for score in scores]
    return sorted(found, key=lambda effect: effect.pseudonym)


def _effect(score: Score, pseudonym: str, carried: dict[tuple[int, str], float], new: Rubric) -> Effect:
    changed = []
    for part in score.criteria:
        after = _after(part, carried.get((score.attempt_id, part.id)), new.criterion(part.id))
        if abs(after - part.score) > _EPS:
            changed.append((part.id, part.score, after))
    moved = sum(after - before for _, before, after in changed)
    return Effect(
        score.attempt_id, score.student_id, pseudonym, score.score, round(score.score + moved, 6), tuple(changed)
    )


def _after(part: CriterionScore, carried: float | None, new: Criterion | None) -> float:
    if new is None:
        return 0.0
    if part.source == "pending":
        return part.score
    if part.source == "tests":
        return round(part.score / part.points * new.points, 2)
    return min(part.score if carried is None else carried, new.points)


def to_carry(book: Gradebook, assignment: str, old: Rubric, new: Rubric, new_sha256: str = "") -> list[Carried]:
    """Marks whose level pays something else in `new`.

    A mark is read by the rubric it was given by, and by `old` where that was not kept. One that was given by `new` itself (its
    hash is `new_sha256`) stays.
    """
    kept: dict[str, Rubric] = {}
    found = []
    for (_, criterion), mark in sorted(current_marks(book, assignment).items()):
        target = new.criterion(criterion)
        if target is None or mark.points is None or mark.kind == "override":
            continue
        if mark.rubric_sha256 and mark.rubric_sha256 == new_sha256:
            continue
        if mark.rubric_sha256 not in kept:
            kept[mark.rubric_sha256] = _kept(book, mark.rubric_sha256, assignment) or old
        points = _carried_points(mark.points, kept[mark.rubric_sha256].criterion(criterion), target)
        if points is not None and points != mark.points:
            found.append(Carried(mark, points))
    return found


def _kept(book: Gradebook, sha256: str, assignment: str) -> Rubric | None:
    text = rubric_text(book, sha256) if sha256 else None
    lined = model_of(text, f"rubrics/{assignment}.yaml", Rubric, Findings()) if text is not None else None
    return lined.value if lined else None


def _carried_points(points: float, old: Criterion | None, new: Criterion) -> float | None:
    """What the level that paid `points` pays now; None where no level did, or levels were added or removed."""
    if old is None or len(old.levels) != len(new.levels):
        return None
    numbers = [number for number, level in enumerate(old.levels) if level.points == points]
    return new.levels[numbers[0]].points if len(numbers) == 1 else None


def carry(book: Gradebook, assignment: str, old: Rubric, new: Rubric, new_sha256: str, author: str) -> int:
    """Append each mark of `to_carry` again with its new points, comment and level kept: the number of them.

    Where somebody marks at the same moment, theirs is looked at once more. Interrupted and called again it does the rest.
    """
    written = 0
    for _ in range(_ROUNDS):
        todo = to_carry(book, assignment, old, new, new_sha256)
        for one in todo:
            written += _again(book, one, new_sha256, author)
        if not todo:
            break
    return written


def _again(book: Gradebook, one: Carried, rubric_sha256: str, author: str) -> bool:
    mark = one.mark
    try:
        write_mark(
            book, mark.attempt_id, mark.criterion, author=author, kind=mark.kind, level=mark.level, points=one.points,
            comment=mark.comment, rubric_sha256=rubric_sha256, patch=mark.patch, expected=mark.id,
        )  # fmt: skip
    except Collision:
        return False
    return True
