"""Where everybody stands in one assignment: attempt, result with marks, requests. What pages and exports are made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from autograder.course.findings import Findings
from autograder.course.models import LoadedAssignment, Rubric
from autograder.course.yaml_lines import model_of
from autograder.gradebook import Gradebook
from autograder.gradebook.attempts import Attempt, counting_attempts
from autograder.gradebook.marks import Mark, current_marks, shared_patches_of
from autograder.gradebook.requests import Request, requests_of
from autograder.gradebook.results import results_of
from autograder.gradebook.roster import Person, people
from autograder.gradebook.rows import selected
from autograder.gradebook.rubrics import rubric_text
from autograder.gradebook.scores import Score, scores_of
from autograder.gradebook.tables import attempts, gradings, results
from autograder.gradebook.views import current_gradings
from autograder.grading.result import CriterionResult, Result
from autograder.report.letter import StaffWord
from autograder.report.wording import points
from autograder.returning.marked import staff_word, with_marks


@dataclass(frozen=True)
class Standing:
    """One student's attempt that counts."""

    person: Person | None
    """None for one whose personal data were removed, or never were in the roster."""
    attempt: Attempt
    score: Score
    result: Result | None
    """With marks put in; None while there is none."""
    words: Mapping[str, StaffWord]
    requests: tuple[Request, ...]
    regraded: str

    @property
    def student(self) -> str:
        """How messages for staff call them: the sid, or the pseudonym where there is none."""
        return self.person.sid if self.person else self.attempt.pseudonym

    @property
    def open(self) -> tuple[str, ...]:
        """What is not decided yet: criteria, or one sentence about the whole."""
        if self.result is None:
            return ("not graded yet",)
        if self.result.status in ("grader_error", "placeholder") and not self.score.criteria:
            return ("the grader failed: grade it again",)
        return tuple(part.id for part in self.score.criteria if part.source == "pending")


def standings(book: Gradebook, loaded: LoadedAssignment) -> list[Standing]:
    """Everybody with an attempt that counts, by sid. Raises OutOfBounds for points that cannot be."""
    slug = loaded.slug
    persons = {person.student_id: person for person in people(book)}
    graded, scores = results_of(book, slug), {score.attempt_id: score for score in scores_of(book, slug)}
    marks: dict[int, dict[str, Mark]] = defaultdict(dict)
    for (attempt_id, criterion), mark in current_marks(book, slug).items():
        marks[attempt_id][criterion] = mark
    asked: dict[int, list[Request]] = defaultdict(list)
    for request in requests_of(book, slug):
        asked[request.attempt_id].append(request)
    shared = shared_patches_of(book, slug)
    reasons = regrades(book, slug, graded)
    rubrics = _rubrics(book, loaded, marks)
    found = []
    for attempt in counting_attempts(book, slug):
        person, score = persons.get(attempt.student_id), scores[attempt.id]
        who = person.sid if person else attempt.pseudonym
        plain, own = graded.get(attempt.id), marks[attempt.id]
        found.append(
            Standing(
                person=person,
                attempt=attempt,
                score=score,
                result=plain and with_marks(plain, score, own, rubrics, who),
                words=_words(plain, score, own, shared),
                requests=tuple(asked[attempt.id]),
                regraded=reasons.get(attempt.id, ""),
            )
        )
    return sorted(found, key=lambda one: one.student)


def _words(
    result: Result | None, score: Score, marks: Mapping[str, Mark], shared: Collection[int]
) -> dict[str, StaffWord]:
    parts = {part.id: part for part in score.criteria}

    def word(criterion: CriterionResult) -> StaffWord:
        return staff_word(criterion, parts.get(criterion.id), marks.get(criterion.id), shared)

    return {criterion.id: word(criterion) for criterion in result.criteria} if result else {}


def _rubrics(book: Gradebook, loaded: LoadedAssignment, marks: Mapping[int, Mapping[str, Mark]]) -> dict[str, Rubric]:
    """The rubrics that marks were given by, by hash; under "" the one of today, for marks whose rubric was not kept."""
    found = {"": loaded.rubric}
    for sha256 in {mark.rubric_sha256 for own in marks.values() for mark in own.values()} - {""}:
        rubric = _read(rubric_text(book, sha256), loaded.slug)
        if rubric is not None:
            found[sha256] = rubric
    return found


def _read(text: str | None, slug: str) -> Rubric | None:
    lined = model_of(text, f"rubrics/{slug}.yaml", Rubric, Findings()) if text is not None else None
    return lined.value if lined else None


def regrades(book: Gradebook, slug: str, found: Mapping[int, Result]) -> dict[int, str]:
    """Attempt → why it was graded again and what that did to its score, of attempts with more than one grading."""
    told = {}
    for row in _again(book, slug):
        if row.attempt_id in found:
            told[row.attempt_id] = f"{row.reason.strip()}\n{_moved(row.score, found[row.attempt_id].score)}".strip()
    return told


def _moved(before: float, after: float) -> str:
    if before == after:
        return "Your score from the tests is the same as before."
    return f"Your score from the tests was {points(before)} and is now {points(after)}."


def _again(book: Gradebook, slug: str) -> Sequence[Any]:
    """Rows (attempt_id, reason, score): why the grading that counts was made, and the score of the one before it."""
    last = (
        select(gradings.c.attempt_id, func.max(gradings.c.id).label("id"))
        .join(current_gradings, current_gradings.c.attempt_id == gradings.c.attempt_id)
        .join(attempts, attempts.c.id == gradings.c.attempt_id)
        .where(gradings.c.id < current_gradings.c.id, attempts.c.assignment == slug)
        .group_by(gradings.c.attempt_id)
        .subquery()
    )
    chosen = (
        select(current_gradings.c.attempt_id, current_gradings.c.reason, results.c.score)
        .join(last, last.c.attempt_id == current_gradings.c.attempt_id)
        .join(gradings, gradings.c.id == last.c.id)
        .join(results, results.c.id == gradings.c.result_id)
    )
    return selected(book, chosen)
