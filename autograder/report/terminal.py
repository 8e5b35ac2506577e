"""Results in a terminal: one table for a class, one panel for a submission.

Everything foreign becomes `Text`, which rich never reads as markup; a verdict is a symbol and, where there
is room, a word, so that no colour is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from autograder.course.verdict import Verdict
from autograder.grading.result import CriterionResult, Result
from autograder.report.errormap import describe
from autograder.report.wording import (
    Face,
    Tone,
    amount,
    face_of,
    hint_label,
    points,
    printable,
)

STYLES: dict[Tone, str] = {
    "good": "green",
    "bad": "red",
    "shaky": "yellow",
    "limit": "magenta",
    "idle": "dim",
    "pending": "blue",
}

_STATUS = {
    "rejected": ("✗ rejected", "red"),
    "grader_error": ("⚑ our error", "blue"),
    "placeholder": ("… unfinished", "blue"),
}
# What 80 columns leave beside the submission (10), its score (11), open points (5) and the gaps.
_QUESTION_SPACE = 50


def results_table(results: Sequence[Result]) -> Table:
    """One row a submission: id, score, open points, and one mark a criterion, in a column for each question.

    A submission without a score shows its status in the score's place. Where the questions are too many
    for 80 columns they share one column, a space between two questions.
    """
    questions = list(dict.fromkeys(c.question for r in results for c in r.criteria))
    widths = [_question_width(question, results) for question in questions]
    with_open = any(r.pending for r in results)
    table = Table(box=None, pad_edge=False, padding=(0, 1), collapse_padding=True, header_style="bold")
    table.add_column("Submission", overflow="fold", min_width=10)
    table.add_column("Score", justify="right", no_wrap=True)
    if with_open:
        table.add_column("Open", justify="right", no_wrap=True)
    apart = sum(widths) + len(widths) <= _QUESTION_SPACE
    if apart:
        for question, width in zip(questions, widths, strict=True):
            table.add_column(plain(question), width=width, no_wrap=True)
    else:
        table.add_column(f"Criteria of {len(questions)} questions", overflow="fold")
    for result in results:
        table.add_row(*_row(result, with_open), *_cells(result, questions, apart))
    table.caption = _legend(face(c) for r in results for c in r.criteria)
    table.caption_justify = "left"
    return table


def _question_width(question: str, results: Sequence[Result]) -> int:
    """Room for the marks, and for a name of up to ten letters."""
    marks = max(sum(c.question == question for c in r.criteria) for r in results)
    return max(marks, min(len(question), 10))


def _row(result: Result, with_open: bool) -> list[RenderableType]:
    cells: list[RenderableType] = [plain(result.submission.id), _score(result)]
    if with_open:
        cells.append(Text(points(result.pending) if result.pending else ""))
    return cells


def _cells(result: Result, questions: list[str], apart: bool) -> list[RenderableType]:
    marks = [_marks(c for c in result.criteria if c.question == question) for question in questions]
    return [*marks] if apart else [Text(" ").join(marks)]


def _score(result: Result) -> Text:
    if result.status != "graded":
        return Text(*_STATUS[result.status])
    return Text(f"{points(result.score)}/{points(result.max_score)}")


def _marks(criteria: Iterable[CriterionResult]) -> Text:
    return Text.assemble(*((face(c).symbol, STYLES[face(c).tone]) for c in criteria))


def face(criterion: CriterionResult) -> Face:
    """Sign, words and colour of a criterion's outcome."""
    return face_of(criterion.verdict, criterion.score, criterion.points)


def plain(text: str, style: str = "") -> Text:
    """Foreign text: no markup, no control characters."""
    return Text(printable(text), style)


def _legend(faces: Iterable[Face]) -> Text | None:
    """`✓ passed  ✗ not right`, for the symbols that occur."""
    used = {f.symbol: f.phrase for f in faces}
    return Text("  ".join(f"{symbol} {phrase}" for symbol, phrase in used.items())) if used else None


def submission_panel(result: Result) -> Panel:
    """All of one submission, for staff: hidden criteria are shown, and named as such."""
    parts: list[RenderableType] = [_headline(result)]
    if result.message:
        parts.append(plain(result.message))
    for question in dict.fromkeys(c.question for c in result.criteria):
        parts += ["", *_question(question, [c for c in result.criteria if c.question == question])]
    parts += _repairs(result)
    parts += _open(result)
    environment = result.environment
    parts += ["", plain(f"gradus {environment.kit} · seed {environment.seed} · "
                        f"sandbox {environment.sandbox} · {environment.seconds:.1f} s", "dim")]  # fmt: skip
    title = Text.assemble(plain(result.title), " · ", plain(result.submission.id))
    return Panel(Group(*parts), title=title, title_align="left", padding=(0, 1))


def _headline(result: Result) -> Text:
    if result.status == "rejected":
        return Text("✗ We could not grade this file.", "bold red")
    if result.status == "grader_error":
        return Text("⚑ Our grader failed. This is not the student's fault.", "bold blue")
    if result.status == "placeholder":
        return Text("… Grading has not finished. This is not the student's fault.", "bold blue")
    line = Text(f"{points(result.score)} of {points(result.max_score)} points", "bold")
    return line.append(f", {points(result.pending)} still open", "not bold") if result.pending else line


def _question(question: str, criteria: list[CriterionResult]) -> list[RenderableType]:
    won, total = sum(c.score for c in criteria), sum(c.points for c in criteria)
    lines: list[RenderableType] = [Text.assemble(
        (printable(question), "bold"), f"  {points(won)}/{points(total)}"
    )]  # fmt: skip
    return lines + [part for c in criteria for part in _criterion(c)]


def _criterion(criterion: CriterionResult) -> list[RenderableType]:
    shown = face(criterion)
    line = Table.grid(padding=(0, 2, 0, 0), pad_edge=False, expand=True)
    line.add_column(no_wrap=True)
    line.add_column(ratio=1)
    line.add_column(justify="right", no_wrap=True)
    won = "–" if criterion.verdict.pending else points(criterion.score)
    line.add_row(
        Text(f"{shown.symbol} {shown.word}", STYLES[shown.tone]),
        plain(criterion.title + (" (hidden from students)" if criterion.visibility == "hidden" else "")),
        f"{won}/{points(criterion.points)}",
    )
    return [line, *(Padding(part, (0, 0, 0, 4)) for part in _explanation(criterion))]


def _explanation(criterion: CriterionResult) -> list[Text]:
    if criterion.verdict is Verdict.PASS and not criterion.message:
        return []
    parts = [plain(criterion.message or face(criterion).meaning)]
    if criterion.error_map is not None:
        parts.append(Text.assemble("Where it is off: ", plain(describe(criterion.error_map))))
    if criterion.hint:
        parts.append(Text.assemble((f"{hint_label(criterion.hint)}: ", "bold"), plain(criterion.hint)))
    return [part for part in parts if part.plain]


def _repairs(result: Result) -> list[RenderableType]:
    if not result.repairs:
        return []
    head = Text(f"Healed before grading: {amount(len(result.repairs), 'place')}", "bold")
    return ["", head, *(
        plain(f"{'a missing cell' if r.cell is None else f'cell {r.cell}'}: {r.what}") for r in result.repairs
    )]  # fmt: skip


def _open(result: Result) -> list[RenderableType]:
    waiting = [c for c in result.criteria if c.verdict.pending]
    if not waiting:
        return []
    head = Text(f"Still open, for a TA: {amount(len(waiting), 'criterion')}", "bold")
    return ["", head, *(
        plain(f"{face(c).symbol} {c.id}  {points(c.points)} points  {c.title}") for c in waiting
    )]  # fmt: skip
