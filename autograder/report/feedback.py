"""One submission's feedback as a single HTML file: no script, no network, for phones and screen readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from autograder.grading.result import CriterionResult, Curve, Result
from autograder.report.errormap import Figure, figure
from autograder.report.growth import Panel, panels
from autograder.report.letter import Letter, StaffWord
from autograder.report.page import rendered
from autograder.report.pattern import PatternFigure, pattern_figure
from autograder.report.wording import FACES, Face, face_of, marked_face, points, printable

Audience = Literal["student", "staff"]


@dataclass(frozen=True)
class CheckView:
    """One hidden test as a student may see it. `detail` has no place here, so no template can print it."""

    face: Face
    title: str
    message: str


@dataclass(frozen=True)
class CriterionView:
    """One criterion as the page shows it."""

    number: str
    id: str
    title: str
    face: Face
    score: str
    points: str
    message: str
    hint: str
    mistake: str
    hidden: bool
    figure: Figure | None
    panels: tuple[Panel, ...]
    panels_title: str
    patterns: tuple[PatternFigure, ...]
    checks: tuple[CheckView, ...]
    word: StaffWord

    @property
    def settled(self) -> bool:
        """Nothing to explain: one line on the page is enough."""
        explained = self.message or self.hint or self.figure or self.panels or self.patterns or self.checks
        return not (explained or self.word.instead or self.word.comment or self.word.exchanges or self.word.patch)


@dataclass(frozen=True)
class QuestionView:
    """The criteria of one question, and what they sum to."""

    id: str
    title: str
    score: float
    points: float
    pending: float
    criteria: tuple[CriterionView, ...]

    @property
    def summary(self) -> str:
        """`3 passed, 1 not right`, in the order of first appearance."""
        words = [criterion.face.phrase for criterion in self.criteria]
        return ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words))


SILENCE = StaffWord()


def feedback_html(
    result: Result,
    *,
    audience: Audience = "student",
    questions: Mapping[str, str] | None = None,
    letter: Letter | None = None,
) -> str:
    """The feedback page of `result`.

    `questions` maps question ids to titles; a question without one is headed by its id. Criteria whose
    visibility is `hidden` are left out for students, and the page says how many. `after_due_date` and
    `after_published` are shown: staff hand out the page, and do so when it is time. `letter` is what a page
    that is handed back says besides; words in it about a criterion that is left out are left out with it.
    """
    shown = [c for c in result.criteria if audience == "staff" or c.visibility != "hidden"]
    return rendered(
        "feedback.html.j2",
        result=_without_criteria(result),
        audience=audience,
        questions=_questions(shown, questions or {}, letter.words if letter else {}),
        letter=letter,
        lost=[c for c in shown if c.score < c.points and not c.verdict.pending],
        pending=[c for c in shown if c.verdict.pending],
        unseen=[c for c in result.criteria if c not in shown],
        faces=FACES,
    )


def _without_criteria(result: Result) -> Result:
    # The template gets criteria as views only: `tests[].detail` and hidden criteria are out of its reach.
    return result.model_copy(update={"criteria": ()})


def _questions(
    criteria: list[CriterionResult], titles: Mapping[str, str], words: Mapping[str, StaffWord]
) -> list[QuestionView]:
    """Criteria grouped by question, in the order of the rubric."""
    views = []
    for number, question in enumerate(dict.fromkeys(c.question for c in criteria), start=1):
        own = [c for c in criteria if c.question == question]
        views.append(
            QuestionView(
                id=question,
                title=titles.get(question, question),
                score=sum(c.score for c in own),
                points=sum(c.points for c in own),
                pending=sum(c.points - c.score for c in own if c.verdict.pending),
                criteria=tuple(
                    criterion_view(c, f"{number}.{n}", words.get(c.id, SILENCE)) for n, c in enumerate(own, start=1)
                ),
            )
        )
    return views


def criterion_view(criterion: CriterionResult, number: str, word: StaffWord = SILENCE) -> CriterionView:
    """One criterion as pages show it; `number` tells its drawings apart, `word` is what staff said of it."""
    earned = (criterion.score, criterion.points)
    face = marked_face(*earned) if word.decided else face_of(criterion.verdict, *earned)
    # A grader's own failure must say whose fault it is even when a message was left by what failed.
    told = criterion.message and face.meaning not in criterion.message
    message = f"{face.meaning} {criterion.message}" if told and face.tone == "pending" else criterion.message
    return CriterionView(
        number=number,
        id=criterion.id,
        title=criterion.title,
        face=face,
        score="–" if criterion.verdict.pending else points(criterion.score),
        points=points(criterion.points),
        message=(message or face.meaning).strip(),
        hint=criterion.hint,
        mistake=criterion.mistake or "",
        hidden=criterion.visibility == "hidden",
        figure=figure(criterion.error_map) if criterion.error_map else None,
        panels=panels(criterion.curves),
        panels_title=_panels_title(criterion.curves),
        patterns=tuple(map(pattern_figure, criterion.patterns)),
        checks=_checks(criterion),
        word=word,
    )


def _panels_title(curves: Sequence[Curve]) -> str:
    """What a reader opens: one criterion is about costs or about an error."""
    of_errors = [curve for curve in curves if curve.quantity == "error"]
    if len(of_errors) < len(curves) or not of_errors:
        return "How its cost grows with the size N"
    return f"How its error falls with more {printable(of_errors[0].over)}"


def _checks(criterion: CriterionResult) -> tuple[CheckView, ...]:
    """The tests behind a criterion, where listing them says more than the criterion does."""
    if len(criterion.tests) < 2 or criterion.score >= criterion.points:
        return ()
    return tuple(
        CheckView(FACES[t.verdict], t.title or t.name, t.message if t.message != criterion.message else "")
        for t in criterion.tests
    )
